trace {
  tracepoint syscalls:sys_enter_openat { count }
  interval 1sec { count --by args.filename --as files }
}
