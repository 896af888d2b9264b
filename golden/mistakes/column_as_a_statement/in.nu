kprobe vfs_read { pid }
