tracepoint syscalls:sys_enter_openat { where pid != 1 | count }
