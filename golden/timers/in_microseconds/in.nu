trace {
  tracepoint syscalls:sys_enter_read { timer start }
  tracepoint syscalls:sys_exit_read {|e|
    let took = timer stop
    if $took != null { $took / 1us | lhist --min 0 --max 1000 --step 50 }
  }
}
