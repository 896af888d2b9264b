tracepoint syscalls:sys_enter_openat { where comm !=~ "bash" | count }
