tracepoint syscalls:sys_exit_read { count --as x; sum ret --as x }
