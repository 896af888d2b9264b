tracepoint syscalls:sys_exit_read { lhist ret --min 0 --max 1000 --step 100 }
