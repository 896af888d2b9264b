tracepoint syscalls:sys_enter_read {|e| $e.pid ** $e.count | sum }
