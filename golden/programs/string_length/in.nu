tracepoint syscalls:sys_enter_openat { select filename } --string-length 32
