kprobe vfs_read {|e| {file: $e.arg0, bytes: $e.arg2} }
kretprobe vfs_read { hist retval }
