trace {
  tracepoint syscalls:sys_enter_openat { count; count --by args.filename --as files }
}
