tracepoint syscalls:sys_exit_read { default "none" note | default 5 ret | select comm ret note }
