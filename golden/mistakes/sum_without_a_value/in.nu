tracepoint syscalls:sys_exit_read { sum }
