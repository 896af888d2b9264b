tracepoint syscalls:sys_exit_read { where ret > 10_000 | count }
