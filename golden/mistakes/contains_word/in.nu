tracepoint syscalls:sys_enter_openat { where filename contains "etc" | count }
