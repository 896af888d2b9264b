kprobe vfs_read { kretprobe vfs_read { count } }
