tracepoint syscalls:sys_enter_read { where pid == 1 | count }
