Kprobe vfs_read { count }
