tracepoint syscalls:sys_enter_opennat { count }
