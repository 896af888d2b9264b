tracepoint raw_syscalls:sys_enter { select time nsecs elapsed }
