tracepoint syscalls:sys_enter_read {|e| {share: (1000 / $e.count)} }
