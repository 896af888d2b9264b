tracepoint syscalls:sys_enter_read { $ctx.comm | count }
