trace { kprobe vfs_read { timer start }; kretprobe vfs_read { timer stop | hist } }
