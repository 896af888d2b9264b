tracepoint syscall:sys_enter_openat { count }
