tracepoint raw_syscalls:sys_enter { select pid tid ppid uid gid username comm }
