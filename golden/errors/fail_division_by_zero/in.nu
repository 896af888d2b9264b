kprobe vfs_read {|e| $e.arg0 / 0 | hist }
