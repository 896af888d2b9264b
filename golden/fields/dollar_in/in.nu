tracepoint syscalls:sys_enter_read { $in.fd | hist }
