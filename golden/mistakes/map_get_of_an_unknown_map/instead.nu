trace {
  kprobe vfs_read {|e| map set start $e.tid $e.nsecs }
  kretprobe vfs_read {|e| count --by (map get start $e.tid) }
}
