tracepoint syscalls:sys_exit_read { select comm ret | rename name bytes }
