trace {
  tracepoint syscalls:sys_enter_openat {|e| map set path $e.tid $e.filename }
  tracepoint syscalls:sys_enter_read {|e| map set bytes $e.pid $e.count }
  tracepoint syscalls:sys_exit_openat {|e|
    emit {path: (map get path $e.tid | default "?"), bytes: (map get bytes $e.pid | default 0), fd: $e.ret}
    map delete path $e.tid
  }
  tracepoint syscalls:sys_enter_open { map clear bytes }
  interval 1sec { {open: (map len path), readers: (map len bytes)} }
}
