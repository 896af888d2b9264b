kprobe vfs_read { count } --pid bash
