tracepoint syscalls:sys_enter_execve { select argv }
