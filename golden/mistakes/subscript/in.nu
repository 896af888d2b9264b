tracepoint raw_syscalls:sys_enter {|e| count --by $e.args[0] }
