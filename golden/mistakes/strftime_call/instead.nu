kprobe vfs_read { select time }
