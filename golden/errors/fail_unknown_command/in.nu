kprobe vfs_read { cuont --by comm }
