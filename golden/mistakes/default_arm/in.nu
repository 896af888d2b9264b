tracepoint syscalls:sys_exit_read {|e| match $e.ret { 0 => { count --as end }, default => { count --as more } } }
