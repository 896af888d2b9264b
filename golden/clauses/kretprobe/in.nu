kretprobe vfs_read {|e| if $e.retval > 0 { $e.retval | hist --by $e.comm } }
