tracepoint [syscalls:sys_enter_open syscalls:sys_enter_openat syscalls:sys_enter_openat2] { count filename }
