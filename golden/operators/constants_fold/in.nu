tracepoint syscalls:sys_enter_read {|e| if $e.count > 4kb * 2 + 1b { count } }
