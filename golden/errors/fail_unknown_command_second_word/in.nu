kprobe vfs_read {|e| map st start $e.tid $e.nsecs }
