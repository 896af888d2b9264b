# What a user function is called, bpftrace cannot tell once its process has ended.
trace {
  uprobe [libc:malloc libc:calloc] { count --by func }
  uretprobe libc:getaddrinfo {|e| {func: $e.func, ret: $e.retval} }
}
