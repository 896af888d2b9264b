# How often each function of the virtual file system is called.
overlay use nubpf

kprobe vfs_* { count --by func }
