tracepoint syscalls:sys_enter_openat {|e| if ($e.filename | str length) > 3 { count } }
