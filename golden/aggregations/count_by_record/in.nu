tracepoint raw_syscalls:sys_enter { count --by {sys: $in.id, who: "user"} }
