tracepoint syscalls:sys_enter_openat { where size > 10 | count }
