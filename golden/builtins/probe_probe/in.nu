probe kprobe:vfs_read { count }
