tracepoint syscalls:sys_enter_openat {|e| if $e.comm starts-with 'w,"x"' and $e.filename starts-with "/tmp/" { {comm: $e.comm, filename: $e.filename, dfd: $e.dfd} } }
