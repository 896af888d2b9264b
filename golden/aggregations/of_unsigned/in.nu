tracepoint syscalls:sys_enter_read { avg count; max count; min count; stats count; sum count }
