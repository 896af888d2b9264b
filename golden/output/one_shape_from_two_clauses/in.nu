trace {
  tracepoint syscalls:sys_enter_open { select comm filename }
  tracepoint syscalls:sys_enter_openat { select comm filename }
}
