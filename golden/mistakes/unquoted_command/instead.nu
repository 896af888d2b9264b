kprobe vfs_read { count } --command "ls -l"
