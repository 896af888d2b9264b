sudo nubpf -e 'kprobe vfs_read { count }'
