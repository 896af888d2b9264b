tracepoint syscalls:sys_enter_openat { where comm starts-with "a" | count }
