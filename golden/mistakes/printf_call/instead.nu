kprobe vfs_read { select pid }
