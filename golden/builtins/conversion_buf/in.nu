tracepoint syscalls:sys_enter_write {|e| {fd: $e.fd, data: ($e.buf | buf $e.count)} }
