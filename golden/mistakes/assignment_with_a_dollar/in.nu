kprobe vfs_read { $x = 1; count --by $x }
