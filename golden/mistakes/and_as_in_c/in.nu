tracepoint syscalls:sys_enter_openat { where pid > 100 && uid == 0 | count }
