tracepoint syscalls:sys_enter_openat { select pid filname }
