tracepoint syscalls:sys_enter_read {|e| mut n = 0; $n += 1; {n: $n} }
