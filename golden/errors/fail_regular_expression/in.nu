tracepoint syscalls:sys_enter_openat { where filename =~ "a.*b" | count }
