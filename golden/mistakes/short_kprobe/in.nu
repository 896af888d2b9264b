k:vfs_read { count }
