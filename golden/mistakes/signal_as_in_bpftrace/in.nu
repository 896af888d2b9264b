kprobe vfs_read { signal(SIGKILL) } --unsafe
