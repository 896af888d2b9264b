kprobe vfs_read { let x = "text"; count }
