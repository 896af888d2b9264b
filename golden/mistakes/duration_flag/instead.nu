kprobe vfs_read { count } --for 5sec
