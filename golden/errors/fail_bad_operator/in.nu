kprobe vfs_read {|e| if $e.pid == 1 && $e.cpu == 0 { count } }
