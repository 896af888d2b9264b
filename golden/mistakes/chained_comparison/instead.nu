tracepoint syscalls:sys_exit_read { where ret > 0 and ret < 10 | count }
