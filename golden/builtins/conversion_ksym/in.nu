kprobe vfs_read {|e| $e.arg0 | ksym | count }
