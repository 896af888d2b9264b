kprobe vfs_read { if ($in.pid == 1) { count } }
