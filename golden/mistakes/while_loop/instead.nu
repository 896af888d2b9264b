kprobe vfs_read { mut i = 0; for j in 0..<10 { $i += 1 }; count }
