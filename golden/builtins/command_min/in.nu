tracepoint syscalls:sys_exit_read { min ret --by comm }
