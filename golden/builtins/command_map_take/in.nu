trace { tracepoint syscalls:sys_enter_openat {|e| map set path tid $e.filename }; tracepoint syscalls:sys_exit_openat {|e| map take path tid | emit {path: $in, fd: $e.ret} } }
