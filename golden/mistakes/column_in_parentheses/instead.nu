kprobe vfs_read { count --by ($in.pid / 2) }
