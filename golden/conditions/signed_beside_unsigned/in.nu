tracepoint syscalls:sys_exit_read {|e| if $e.ret < 0 - $e.pid or $e.pid > $e.ret { count } }
