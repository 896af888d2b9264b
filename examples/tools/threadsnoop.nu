# Every thread that a program starts, with the function that it begins with.
overlay use nubpf

uprobe libc:pthread_create {|e|
  {time: $e.time, pid: $e.pid, comm: $e.comm, function: ($e.arg2 | usym)}
}
