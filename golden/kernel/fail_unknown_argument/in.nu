kprobe vfs_read {|e| $e.cuont | hist }
kprobe vfs_raed {|e| $e.count | hist }
fentry vfs_raed { count }
