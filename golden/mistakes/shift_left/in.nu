tracepoint syscalls:sys_enter_openat {|e| sum ($e.flags << 2) }
