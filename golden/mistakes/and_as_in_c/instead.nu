tracepoint syscalls:sys_enter_openat { where pid > 100 and uid == 0 | count }
