kprobe vfs_read {|e| emit {pid: $e.pid} }
