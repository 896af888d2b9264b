tracepoint syscalls:sys_enter_openat {|e| if ($e.filename | str contains "etc") { count } }
