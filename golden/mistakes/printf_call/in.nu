kprobe vfs_read { printf("%d\n", pid) }
