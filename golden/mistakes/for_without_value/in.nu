kprobe vfs_read { count } --for
