kprobe vfs_read { count } --for 1m
