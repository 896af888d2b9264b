kprobe vfs_read { count } --duration 5sec
