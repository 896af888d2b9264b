tracepoint syscalls:sys_enter_read { count } --for 1.5sec
