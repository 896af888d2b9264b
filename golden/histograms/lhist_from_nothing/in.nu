tracepoint syscalls:sys_exit_read {|e| $e.ret | into filesize | lhist --max 4kib --step 1kib }
