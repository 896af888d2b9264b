tracepoint syscalls:sys_enter_openat { get filename | count }
