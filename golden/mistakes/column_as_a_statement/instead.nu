kprobe vfs_read { get pid }
