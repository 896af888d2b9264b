kretprobe vfs_read {|e| hist $e.arg2 }
