kprobe vfs_read { signal KILL } --unsafe
