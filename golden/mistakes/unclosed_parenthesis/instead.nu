tracepoint syscalls:sys_exit_read {|e| count --by ($e.ret / 1024) }
