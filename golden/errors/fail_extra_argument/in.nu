kprobe vfs_read { count comm pid }
