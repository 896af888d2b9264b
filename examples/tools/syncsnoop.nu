# Every call that writes buffered data to the disk: who makes it, and which it is.
overlay use nubpf

tracepoint syscalls:sys_enter_*sync* { select time pid comm probe }
