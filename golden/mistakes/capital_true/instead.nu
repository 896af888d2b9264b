tracepoint syscalls:sys_exit_read {|e| if true { count } }
