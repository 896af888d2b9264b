# Every program that is started, with all its arguments.
overlay use nubpf

tracepoint syscalls:sys_enter_exec* { select time ppid pid comm argv }
