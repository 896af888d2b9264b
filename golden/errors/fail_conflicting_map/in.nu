kprobe vfs_read {|e| count --by comm --as x; sum $e.arg0 --as x }
