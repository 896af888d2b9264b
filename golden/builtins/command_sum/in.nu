tracepoint syscalls:sys_exit_read { where ret > 0 | sum ret --by comm }
