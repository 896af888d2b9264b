kprobe vfs_read { exit }
