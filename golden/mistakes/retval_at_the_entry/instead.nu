kretprobe vfs_read { hist retval }
