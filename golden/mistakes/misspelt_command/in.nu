tracepoint syscalls:sys_enter_openat { coutn --by comm }
