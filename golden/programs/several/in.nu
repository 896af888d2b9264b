overlay use nubpf
kprobe vfs_read { count --by comm } --for 5sec
kprobe vfs_write { count --by comm } --for 5sec
