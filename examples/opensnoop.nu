# Every file that is opened: who opens it, what came of it, and its path.
overlay use nubpf

trace {
  tracepoint [syscalls:sys_enter_openat syscalls:sys_enter_openat2] {|e|
    map set path $e.tid $e.filename
  }
  tracepoint [syscalls:sys_exit_openat syscalls:sys_exit_openat2] {|e|
    map take path $e.tid | emit {
      time: $e.time
      pid: $e.pid
      comm: $e.comm
      fd: (if $e.ret >= 0 { $e.ret } else { -1 })
      errno: (if $e.ret < 0 { 0 - $e.ret } else { 0 })
      path: $in
    }
  }
} --string-length 64
