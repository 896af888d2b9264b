kprobe vfs_read { count } -c "ls"
