tracepoint syscalls:sys_enter_openat {|e| if $e.pid % 2 == 0 { count } }
