kprobe vfs_read { if (pid == 1) { count } }
