tracepoint syscalls:sys_enter_execve {|e| {pid: $e.pid, args: $e.argv, comm: $e.comm} }
