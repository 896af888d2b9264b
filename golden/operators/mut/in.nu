tracepoint syscalls:sys_enter_read {|e| mut n = 0; $n += 1; $n = $n * 2; if $e.fd > 2 { $n -= 5 }; $n | sum }
