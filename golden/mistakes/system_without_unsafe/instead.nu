kprobe vfs_read { system "date" } --unsafe
