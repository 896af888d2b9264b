tracepoint syscalls:sys_exit_read { hist ret --by pid }
