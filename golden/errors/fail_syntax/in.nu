kprobe vfs_read { where pid > }
