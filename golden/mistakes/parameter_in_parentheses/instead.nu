kprobe vfs_read {|e| count --by $e.comm }
