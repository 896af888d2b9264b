tracepoint syscalls:sys_exit_read { insert kb ($in.ret / 1024) | where kb > 4 | select comm kb }
