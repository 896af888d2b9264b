kprobe vfs_read { count --by $e.pid }
