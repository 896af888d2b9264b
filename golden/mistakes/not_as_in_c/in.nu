tracepoint syscalls:sys_enter_openat {|e| if !($e.pid == 1) { count } }
