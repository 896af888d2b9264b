kprobe vfs_* { count --by func }
