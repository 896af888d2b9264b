tracepoint syscalls:sys_exit_read { group-by comm | length }
