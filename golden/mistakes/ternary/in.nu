tracepoint syscalls:sys_exit_read {|e| count --by ($e.ret < 0 ? "failed" : "good") }
