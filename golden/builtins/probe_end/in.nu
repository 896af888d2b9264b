trace { tracepoint raw_syscalls:sys_enter { count }; end { report count } }
