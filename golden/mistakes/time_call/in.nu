kprobe vfs_read { time("%H:%M:%S"); count }
