kprobe vfs_read { timer start }
