kprobe vfs_read { kstack | count }
