tracepoint syscalls:sys_enter_openat { where pid > 1 and uid == 0 | count }
