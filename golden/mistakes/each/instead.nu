tracepoint syscalls:sys_exit_read {|x| $x.pid }
