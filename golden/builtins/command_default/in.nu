trace { tracepoint syscalls:sys_enter_openat {|e| map set path $e.tid $e.filename }; tracepoint syscalls:sys_exit_openat {|e| {path: (map get path $e.tid | default "?"), fd: $e.ret} } }
