tracepoint syscalls:sys_exit_openat {|e| if $e.ret < 0 { {error: (0 - $e.ret | strerror)} } }
