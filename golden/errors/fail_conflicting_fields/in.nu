tracepoint [syscalls:sys_enter_openat syscalls:sys_enter_read] { count --by filename }
