kretprobe vfs_read {|e| $e.count | hist }
