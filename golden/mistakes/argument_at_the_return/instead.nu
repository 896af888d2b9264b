kprobe vfs_read {|e| hist $e.arg2 }
