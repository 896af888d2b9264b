tracepoint syscalls:sys_enter_openat { where flags > 10 | count }
