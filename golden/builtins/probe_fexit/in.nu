fexit vfs_read { hist retval }
