kretprobe vfs_read { timer stop | hist }
