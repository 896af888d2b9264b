kprobe vfs_read {|e| count --by ($e.kstack | first 5) }
