tracepoint syscalls:sys_exit_nanosleep {|e| if $e.elapsed > 1.5sec and $e.elapsed < 2min { count } }
