tracepoint syscalls:sys_enter_openat { where username == "root" | count }
