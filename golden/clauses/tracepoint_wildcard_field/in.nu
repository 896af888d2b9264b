tracepoint syscalls:sys_enter_open* { select comm filename }
