fentry vfs_read { count }
