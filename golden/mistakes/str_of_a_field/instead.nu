tracepoint syscalls:sys_enter_openat {|e| {file: $e.filename} }
