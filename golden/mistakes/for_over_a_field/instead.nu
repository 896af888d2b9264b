kprobe vfs_read {|e| for i in 0..<16 { if $i < $e.count { count } } }
