kprobe vfs_read {|e| emit $e }
