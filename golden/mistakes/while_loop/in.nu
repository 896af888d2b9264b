kprobe vfs_read { mut i = 0; while $i < 10 { $i += 1 }; count }
