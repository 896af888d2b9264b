tracepoint syscalls:sys_enter_openat {|e| count --by ($e.flags bit-xor 1) }
