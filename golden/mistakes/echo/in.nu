kprobe vfs_read {|e| echo $e.pid }
