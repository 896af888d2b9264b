tracepoint syscalls:sys_enter_openat { where pid -eq 1 | count }
