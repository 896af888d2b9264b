tracepoint syscalls:sys_enter_read { count } // all reads
