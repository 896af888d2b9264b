tracepoint syscalls:sys_exit_read { lhist ret --min 10 --max 100 --step 30 --by comm }
