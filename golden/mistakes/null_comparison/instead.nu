tracepoint syscalls:sys_enter_openat { where filename == "" | count }
