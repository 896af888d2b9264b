tracepoint syscalls:sys_enter_openat { for i in 0..99 { for j in 0..10 { map set x $i $j } } }
