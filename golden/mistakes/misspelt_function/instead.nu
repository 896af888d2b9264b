kprobe vfs_read { count --by comm }
