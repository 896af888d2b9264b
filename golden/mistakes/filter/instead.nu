tracepoint syscalls:sys_exit_read { where ret > 0 | count }
