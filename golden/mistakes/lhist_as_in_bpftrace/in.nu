tracepoint syscalls:sys_exit_read { lhist ret 0 1000 100 }
