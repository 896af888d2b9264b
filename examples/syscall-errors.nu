# Which system calls fail, in which programs, and with which error number.
overlay use nubpf

tracepoint raw_syscalls:sys_exit {|e|
  if $e.ret < 0 and $e.ret > -4096 {
    count --by {comm: $e.comm, syscall: $e.id, errno: (0 - $e.ret)} --as failures
  }
}
