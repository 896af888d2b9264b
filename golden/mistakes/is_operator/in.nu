tracepoint syscalls:sys_enter_openat { where comm is "bash" | count }
