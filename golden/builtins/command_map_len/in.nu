trace { tracepoint syscalls:sys_enter_openat {|e| map set open $e.tid 1 }; interval 1sec {|e| {open: (map len open)} } }
