tracepoint syscalls:sys_exit_read { select comm ret | update ret ($in.ret | into filesize) }
