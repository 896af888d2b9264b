kprobe vfs_read {|e| printf "%d\n" $e.pid }
