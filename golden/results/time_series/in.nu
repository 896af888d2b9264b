tracepoint syscalls:sys_enter_read {|e| $e.count | into filesize | tseries --every 1sec --by comm }
