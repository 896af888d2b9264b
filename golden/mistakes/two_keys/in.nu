kprobe vfs_read { count --by pid comm }
