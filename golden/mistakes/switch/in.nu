tracepoint syscalls:sys_exit_read {|e| switch $e.ret { 0 => { count } } }
