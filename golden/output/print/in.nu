tracepoint syscalls:sys_enter_read {|e| print $"100% of ($e.comm): ($e.count)\n"; print "plain"; $e.comm | print }
