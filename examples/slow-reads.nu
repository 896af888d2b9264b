# Reads that take a millisecond or longer, as they end.
overlay use nubpf

const threshold = 1ms

trace {
  tracepoint syscalls:sys_enter_read { timer start }
  tracepoint syscalls:sys_exit_read {|e|
    timer stop | where $it >= $threshold | emit {pid: $e.pid, comm: $e.comm, bytes: $e.ret, took: $in}
  }
}
