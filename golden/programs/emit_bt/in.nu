tracepoint syscalls:sys_enter_read { count } --emit-bt
