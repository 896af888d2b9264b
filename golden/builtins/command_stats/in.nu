tracepoint syscalls:sys_enter_read { stats count --by comm }
