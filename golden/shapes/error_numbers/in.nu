# What a call returned, or the number itself: strerror takes either sign.
tracepoint syscalls:sys_exit_openat {|e|
  where ret < 0 | emit {
    error: ($e.ret | strerror), same: (0 - $e.ret | strerror), fixed: (-2 | strerror)
    plain: ($e.pid | strerror)
  }
}
