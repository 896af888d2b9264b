tracepoint syscalls:sys_exit_read {|e| sum (0 - $e.ret) }
