tracepoint syscalls:sys_exit_read { get ret | hist }
