# How many system calls each program makes.
overlay use nubpf

tracepoint raw_syscalls:sys_enter { count --by comm }
