tracepoint syscalls:sys_exit_read { each {|x| $x.pid } }
