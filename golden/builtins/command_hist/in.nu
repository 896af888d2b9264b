tracepoint syscalls:sys_enter_read { hist count --by comm }
