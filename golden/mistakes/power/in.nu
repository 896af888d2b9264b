tracepoint syscalls:sys_exit_read {|e| sum ($e.ret ** 2) }
