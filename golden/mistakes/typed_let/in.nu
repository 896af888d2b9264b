kprobe vfs_read { let x: string; count }
