tracepoint syscalls:sys_exit_read { max ret --by comm }
