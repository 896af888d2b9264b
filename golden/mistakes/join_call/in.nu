tracepoint syscalls:sys_enter_execve { join(args.argv) }
