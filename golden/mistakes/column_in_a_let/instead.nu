kprobe vfs_read { let p = $in.pid; count --by $p }
