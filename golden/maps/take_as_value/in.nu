# A variable may hold nothing: a flag tells, since 0 and an empty string are values, too.
trace {
  tracepoint syscalls:sys_enter_openat {|e|
    map set path tid $e.filename
    map set flags tid $e.flags
    map set since tid $e.nsecs
    map set dfd tid $e.dfd
  }
  tracepoint syscalls:sys_exit_openat {|e|
    let path = map take path tid
    let flags = map take flags tid | into int
    let dfd = map take dfd tid | default (-1)
    let since = map take since tid
    if $path != null and $path != "" and $since != null {
      {path: $path, flags: (if $flags == null { 0 } else { 1 }), dfd: $dfd, since: $since}
    }
  }
}
