# Which program opens which file.
overlay use nubpf

tracepoint syscalls:sys_enter_openat { select comm filename }
