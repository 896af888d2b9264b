tracepoint syscalls:sys_enter_openat { where comm ends-with "d" | count }
