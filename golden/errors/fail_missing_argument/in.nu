kprobe vfs_read { hist }
