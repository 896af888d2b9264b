tracepoint syscalls:sys_enter_execve {|e| print $"($e.comm) starts a program" }
