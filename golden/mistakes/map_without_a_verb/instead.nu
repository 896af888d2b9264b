kprobe vfs_read {|e| map set start $e.tid $e.nsecs; count }
