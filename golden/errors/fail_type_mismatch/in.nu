tracepoint syscalls:sys_enter_openat { where filename > 5 | count }
