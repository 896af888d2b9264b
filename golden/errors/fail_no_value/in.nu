kprobe vfs_read { count | select pid }
