/* all reads */
tracepoint syscalls:sys_enter_read { count }
