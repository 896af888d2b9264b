tracepoint syscalls:sys_exit_read {|e| count --by (if $e.ret < 0 { "failed" } else { "good" }) }
