kprobe vfs_read
