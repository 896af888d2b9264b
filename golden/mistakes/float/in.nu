tracepoint syscalls:sys_exit_read { where ret > 1.5 | count }
