kprobe vfs_read { for i in 3 { count } }
