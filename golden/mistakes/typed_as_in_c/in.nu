kprobe vfs_read { int x = 1; count --by $x }
