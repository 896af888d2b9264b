kprobe vfs_read { map set start tid $in.nsecs }
