kprobe vfs_read { for i in 0..<3 { count } }
