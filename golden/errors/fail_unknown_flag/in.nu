kprobe vfs_read { count --bye comm }
