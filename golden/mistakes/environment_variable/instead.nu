tracepoint syscalls:sys_enter_openat { where uid == 1000 | count }
