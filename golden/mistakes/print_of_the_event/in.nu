kprobe vfs_read {|e| print $e }
