tracepoint syscalls:sys_enter_read { avg count --by comm }
