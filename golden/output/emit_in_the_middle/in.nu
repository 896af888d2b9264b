tracepoint syscalls:sys_enter_read {|e| emit {pid: $e.pid}; count }
