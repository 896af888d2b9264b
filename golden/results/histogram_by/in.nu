tracepoint syscalls:sys_exit_read { where comm == "plain" | hist ret --by comm }
