tracepoint syscalls:sys_exit_read {|e| match $e.ret { 0 => { count --as empty }, 1..4095 => { count --as small }, 4096 | 8192 => { count --as pages }, _ => { } } }
