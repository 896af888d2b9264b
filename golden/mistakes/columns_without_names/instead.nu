tracepoint syscalls:sys_enter_openat {|e| {pid: $e.pid, comm: $e.comm} }
