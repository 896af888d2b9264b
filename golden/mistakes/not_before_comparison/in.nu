tracepoint syscalls:sys_enter_openat { where not pid == 1 | count }
