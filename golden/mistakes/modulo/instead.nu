tracepoint syscalls:sys_enter_openat {|e| if $e.pid mod 2 == 0 { count } }
