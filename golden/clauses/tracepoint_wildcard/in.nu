tracepoint syscalls:sys_enter_open* { count --by probe }
