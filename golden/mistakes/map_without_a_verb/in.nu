kprobe vfs_read {|e| map start $e.tid $e.nsecs; count }
