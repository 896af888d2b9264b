tracepoint raw_syscalls:sys_enter { count --by [comm pid] }
