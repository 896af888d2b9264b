kprobe vfs_read {|e| for i in 0..<$e.count { count } }
