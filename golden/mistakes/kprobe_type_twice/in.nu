kprobe kprobe:vfs_read { count }
