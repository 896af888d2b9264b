kprobe vfs_read { let x = 1; $x = 2; count --by $x }
