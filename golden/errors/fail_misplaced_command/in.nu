trace { kprobe vfs_read { kprobe vfs_write { count } } }
