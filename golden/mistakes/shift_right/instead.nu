tracepoint raw_syscalls:sys_enter {|e| count --by ($e.id bit-shr 4) }
