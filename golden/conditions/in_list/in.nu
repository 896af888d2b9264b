tracepoint syscalls:sys_enter_read {|e| if $e.pid in [1 2 3] and not ($e.comm starts-with "sys") { count } }
