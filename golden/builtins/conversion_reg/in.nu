kprobe vfs_read {|e| {stack: (reg sp)} }
