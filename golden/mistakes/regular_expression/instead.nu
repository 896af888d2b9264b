tracepoint syscalls:sys_enter_openat { where filename starts-with "/etc/" and filename =~ "conf" | count }
