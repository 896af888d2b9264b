kprobe vfs_read { print "hello" }
