kprobe vfs_read {|e| if $e.arg0 == 99999999999999999999 { count } }
