kprobe vfs_read { where comm == "bash" | count }
