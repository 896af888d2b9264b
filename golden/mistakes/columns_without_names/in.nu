tracepoint syscalls:sys_enter_openat {|e| {$e.pid, $e.comm} }
