kprobe vfs_read {|e| if $e.arg0 > 1.5 { count } }
