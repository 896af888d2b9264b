tracepoint syscalls:sys_enter_openat { where uid == 0 | count }
