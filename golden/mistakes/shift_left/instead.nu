tracepoint syscalls:sys_enter_openat {|e| sum ($e.flags bit-shl 2) }
