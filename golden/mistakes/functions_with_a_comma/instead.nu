kprobe [vfs_read vfs_write] { count }
