tracepoint raw_syscalls:sys_enter { max jiffies }
