tracepoint syscalls:sys_enter_openat {|e| if $e.comm.0 == "b" { count } }
