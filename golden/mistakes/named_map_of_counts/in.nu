kprobe vfs_read { @reads[pid] = count() }
