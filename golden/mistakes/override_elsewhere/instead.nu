kprobe vfs_read { override 0 } --unsafe
