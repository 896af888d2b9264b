kprobe vfs_read {|e| for i in 0..<3 { emit {i: $i} } }
