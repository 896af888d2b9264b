tracepoint syscalls:sys_enter_execve {|e| $e.filename | buf; map len seen | sum; {args: $e.argv} }
