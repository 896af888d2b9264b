tracepoint syscalls:sys_exit_read { curl "http://localhost" }
