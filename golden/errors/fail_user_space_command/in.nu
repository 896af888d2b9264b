kprobe vfs_read { select pid comm | first 10 }
