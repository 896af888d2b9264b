tracepoint syscalls:sys_enter_openat {|e| map set path $e.tid $e.filename }
