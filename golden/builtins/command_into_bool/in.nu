tracepoint syscalls:sys_exit_read {|e| {pid: $e.pid, empty: ($e.ret | into bool)} }
