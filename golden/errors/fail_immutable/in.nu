kprobe vfs_read { let n = 1; $n += 1; $n | sum }
