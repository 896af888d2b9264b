kprobe vfs_raed { count --by comm }
