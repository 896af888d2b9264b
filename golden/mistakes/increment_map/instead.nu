tracepoint syscalls:sys_enter_read { count --by pid --as reads }
