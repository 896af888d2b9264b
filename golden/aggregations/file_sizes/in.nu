tracepoint syscalls:sys_enter_read {|e| $e.count | into filesize | avg --by $e.comm }
