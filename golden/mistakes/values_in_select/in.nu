tracepoint syscalls:sys_enter_openat {|e| select $e.pid $e.comm }
