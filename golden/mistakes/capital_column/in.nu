kprobe vfs_read { count --by PID }
