kprobe vfs_read { {at: strftime("%H:%M:%S", nsecs)} }
