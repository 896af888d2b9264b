kprobe vfs_read { loop { count } }
