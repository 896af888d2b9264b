kprobe vfs_read { for (i = 0; i < 3; i++) { count } }
