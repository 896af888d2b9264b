tracepoint syscalls:sys_enter_openat { where username == $env.USER | count }
