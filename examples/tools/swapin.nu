# Which processes read pages back from swap, a report every second.
overlay use nubpf

# Kernels before 6.8 call the function swap_readpage.
def main [--function = swap_read_folio] {
  trace {
    kprobe $function { count --by [comm pid] }
    interval 1sec { report --clear }
  }
}
