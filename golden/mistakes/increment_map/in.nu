tracepoint syscalls:sys_enter_read { @reads[pid]++ }
