tracepoint syscalls:sys_enter_openat { where comm == 5 | count }
