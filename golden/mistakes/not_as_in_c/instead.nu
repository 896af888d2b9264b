tracepoint syscalls:sys_enter_openat {|e| if not ($e.pid == 1) { count } }
