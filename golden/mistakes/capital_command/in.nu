kprobe vfs_read { Count --by comm }
