tracepoint syscalls:sys_enter_openat {|e|
  where $e.dfd != AT_FDCWDD | count
}
