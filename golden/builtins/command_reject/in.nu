tracepoint syscalls:sys_enter_read { reject buf }
