tracepoint syscalls:sys_enter_read {|e| send {pid: $e.pid}; $e.count | histogram }
