kprobe vfs_read {|e| count --by $e.pid }
