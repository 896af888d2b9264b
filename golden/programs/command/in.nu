tracepoint syscalls:sys_enter_read { count --by comm } --command "ls -l /"
