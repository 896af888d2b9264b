kprobe vfs_read { unroll(3) { count } }
