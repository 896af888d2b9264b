tracepoint syscalls:sys_enter_read { count --by [ncpus usermode probetype] }
