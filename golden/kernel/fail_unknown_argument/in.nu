kprobe vfs_read {|e| $e.cuont | hist }
kprobe eth_type_trans {|e| $e.count | hist }
fentry vfs_raed { count }
