# The system calls that are made most often, by number, and the programs that make most of them.
overlay use nubpf

def main [
  --top: int = 10 # how many of each
] {
  trace {
    tracepoint raw_syscalls:sys_enter {
      count --by id --as syscalls
      count --by comm --as programs
    }
    end { report --top $top }
  }
}
