kprobe vfs_read --offset 8 { count }
