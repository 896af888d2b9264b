tracepoint syscalls:sys_enter_read { count } --unsafe --dry-run
