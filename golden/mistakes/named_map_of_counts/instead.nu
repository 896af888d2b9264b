kprobe vfs_read { count --by pid --as reads }
