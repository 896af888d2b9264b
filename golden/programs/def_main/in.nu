overlay use nubpf
# Counts the reads of each program.
def main [] {
  tracepoint syscalls:sys_enter_read { count --by comm }
}
