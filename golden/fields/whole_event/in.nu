tracepoint syscalls:sys_enter_kill { where sig == 9 }
