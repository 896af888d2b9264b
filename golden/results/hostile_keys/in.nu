tracepoint syscalls:sys_enter_openat { where comm starts-with 'w,"x"' and filename starts-with "/tmp/" | count --by [comm filename uid] }
