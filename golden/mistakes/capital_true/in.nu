tracepoint syscalls:sys_exit_read {|e| if True { count } }
