tracepoint syscalls:sys_enter_openat { select pid | rename process }
