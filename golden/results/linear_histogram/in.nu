tracepoint syscalls:sys_exit_read { where comm == "plain" | lhist ret --min 2 --max 200 --step 50 }
