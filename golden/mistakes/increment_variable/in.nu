tracepoint syscalls:sys_enter_read {|e| mut n = 0; $n++; {n: $n} }
