kprobe vfs_read { }
