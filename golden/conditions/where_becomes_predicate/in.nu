tracepoint syscalls:sys_enter_openat { where comm != "nubpf" | select pid comm filename }
