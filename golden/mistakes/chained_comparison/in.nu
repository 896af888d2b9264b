tracepoint syscalls:sys_exit_read { where 0 < ret < 10 | count }
