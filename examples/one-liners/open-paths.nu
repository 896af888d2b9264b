# The name of every file that the kernel opens, from its own structures.
overlay use nubpf

kprobe vfs_open {|e| {path: $e.path.dentry.d_name.name} }
