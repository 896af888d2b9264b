kprobe vfs_read { system "date" }
