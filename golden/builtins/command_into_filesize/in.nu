tracepoint syscalls:sys_enter_write {|e| {pid: $e.pid, bytes: ($e.count | into filesize)} }
