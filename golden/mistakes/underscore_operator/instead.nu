tracepoint syscalls:sys_enter_openat { where pid not-in [1 2] | count }
