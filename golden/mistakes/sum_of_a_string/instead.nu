tracepoint syscalls:sys_enter_openat { select comm | count }
