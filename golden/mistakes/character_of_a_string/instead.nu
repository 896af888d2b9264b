tracepoint syscalls:sys_enter_openat {|e| if $e.comm starts-with "b" { count } }
