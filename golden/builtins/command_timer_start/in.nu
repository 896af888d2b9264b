trace { tracepoint syscalls:sys_enter_read { timer start }; tracepoint syscalls:sys_exit_read { timer stop | hist } }
