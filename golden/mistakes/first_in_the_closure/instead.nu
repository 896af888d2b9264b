tracepoint syscalls:sys_exit_read { select pid comm } | first 3
