tracepoint syscalls:sys_enter_openat { count }
