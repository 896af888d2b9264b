kprobe vfs_read { exit 1 }
