tracepoint syscalls:sys_exit_read { where pid > 100 | where ret > 0 | sum ret --by comm }
