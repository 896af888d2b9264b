kprobe vfs_read {|e| if $e.pid == 1 { return }; count }
