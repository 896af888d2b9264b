tracepoint syscalls:sys_enter_read { where fd in 0..2 | count --by fd }
