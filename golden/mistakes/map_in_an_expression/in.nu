trace {
  kprobe vfs_read { timer start }
  kretprobe vfs_read {|e| hist ($e.nsecs - @start[$e.tid]) }
}
