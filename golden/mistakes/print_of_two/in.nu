kprobe vfs_read {|e| print $e.pid $e.comm }
