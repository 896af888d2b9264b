trace {
  tracepoint [syscalls:sys_enter_open syscalls:sys_enter_openat syscalls:sys_enter_openat2] {|e|
    map set filename $e.tid $e.filename
  }
  tracepoint [syscalls:sys_exit_open syscalls:sys_exit_openat syscalls:sys_exit_openat2] {|e|
    if (map has filename $e.tid) {
      let ret = $e.ret
      emit {
        time: $e.time, pid: $e.pid, comm: $e.comm
        fd: (if $ret >= 0 { $ret } else { -1 })
        err: (if $ret >= 0 { 0 } else { 0 - $ret })
        path: (map get filename $e.tid | into string)
      }
      map delete filename $e.tid
    }
  }
}
