fentry vfs_read { count --by func }
