trace { tracepoint raw_syscalls:sys_enter { count }; interval 1sec { report count --clear } }
