tracepoint syscalls:sys_enter_openat { where pid not_in [1 2] | count }
