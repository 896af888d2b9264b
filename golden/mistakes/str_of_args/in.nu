tracepoint syscalls:sys_enter_openat { count --by str(args.filename) }
