kprobe vfs_read { mut x = 1; $x = 2; count --by $x }
