kprobe vfs_read { let x=1; count --by $x }
