trace kprobe vfs_read { count }
