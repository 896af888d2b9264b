kprobe vfs_read { count --by kstack }
