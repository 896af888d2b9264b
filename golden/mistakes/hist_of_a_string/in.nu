tracepoint syscalls:sys_enter_openat { hist comm }
