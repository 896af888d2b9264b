trace { kprobe vfs_read { count --as calls }; kretprobe vfs_read { count --as returns } }
