tracepoint syscalls:sys_exit_read {|e| if $e.ret > 0 { $e.ret | hist --by $e.comm } }
