trace {
  tracepoint syscalls:sys_enter_read { timer start }
  tracepoint syscalls:sys_exit_read {|e|
    let took = (timer stop)
    if $took != null { {comm: $e.comm, took: $took, ret: $e.ret} }
  }
}
