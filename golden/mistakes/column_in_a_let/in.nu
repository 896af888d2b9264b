kprobe vfs_read { let p = pid; count --by $p }
