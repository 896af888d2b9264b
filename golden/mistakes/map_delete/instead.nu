trace {
  kprobe vfs_read {|e| map set start $e.tid $e.nsecs }
  kretprobe vfs_read { map delete start tid }
}
