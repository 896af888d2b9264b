trace {
  tracepoint syscalls:sys_enter_read {|e|
    map set call $e.pid {fd: $e.fd, comm: $e.comm}
    map set call $e.pid {fd: $e.fd}
    map set call $e.pid {fd: $e.comm, comm: $e.comm}
    map set call $e.pid $e.fd
    map set call $e.comm {fd: $e.fd, comm: $e.comm}
    map set count $e.pid 1
    map set count $e.pid {fd: $e.fd}
    map set whole $e.pid $e
    map set call_fd $e.pid 1
  }
  tracepoint syscalls:sys_exit_read {|e|
    let call = map get call $e.pid
    emit {fd: $call.fdd}
    emit {call: $call}
    let taken = map take call $e.pid
    emit {fd: $taken.fd}
  }
}
