tracepoint syscalls:sys_enter_openat {|e| select pid comm }
