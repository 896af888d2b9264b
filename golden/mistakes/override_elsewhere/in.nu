tracepoint syscalls:sys_enter_read { override 0 } --unsafe
