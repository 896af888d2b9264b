tracepoint syscalls:sys_exit_read { filter {|x| $x.ret > 0 } | count }
