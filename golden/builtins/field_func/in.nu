kprobe vfs_read { select func }
