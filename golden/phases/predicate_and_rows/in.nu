tracepoint syscalls:sys_enter_openat { where pid > 100 | select pid comm filename } | first 10
