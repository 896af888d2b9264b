# bpftrace 0.17 gives the caller for `func` in a kretprobe.
trace {
  kretprobe vfs_* { count --by func }
  kretprobe [vfs_read vfs_write] {|e| {func: $e.func, ret: $e.retval} }
  kretprobe vfs_open { count --by func --as opens }
}
