let big = 4kb
tracepoint syscalls:sys_enter_write {|e| if $e.count >= $big { emit {pid: $e.pid, bytes: ($e.count | into filesize)} } }
