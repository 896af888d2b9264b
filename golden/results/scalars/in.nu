tracepoint syscalls:sys_exit_read { where comm == "plain" and ret > 0 | get ret } | first 3
