kprobe vfs_read { mut x = 1; count --by $x }
