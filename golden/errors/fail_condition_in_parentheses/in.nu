tracepoint syscalls:sys_enter_openat { where (pid > 3) | count }
