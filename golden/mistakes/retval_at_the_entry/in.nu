kprobe vfs_read { hist retval }
