# How many system calls each process makes.
overlay use nubpf

tracepoint raw_syscalls:sys_enter { count --by [comm pid] }
