tracepoint syscalls:sys_enter_read { where comm == "a" or comm == "b" | count } --pid 42
