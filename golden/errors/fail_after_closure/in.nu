kprobe vfs_read { count --by comm } | sort-by comm
