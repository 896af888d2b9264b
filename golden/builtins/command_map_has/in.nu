trace { tracepoint syscalls:sys_enter_openat {|e| map set opens $e.tid 1 }; tracepoint syscalls:sys_exit_openat {|e| if (map has opens $e.tid) { count } } }
