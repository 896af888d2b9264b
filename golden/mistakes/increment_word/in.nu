tracepoint syscalls:sys_enter_read { mut n = 0; n++; {n: $n} }
