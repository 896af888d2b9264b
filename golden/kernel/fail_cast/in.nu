kprobe vfs_read {|e| $e.arg0 | cast "struct flie *" | count }
kprobe vfs_read {|e| $e.arg0 | cast "struct file" | count }
kprobe vfs_read {|e| $e.arg0 | cast "file[3]" | count }
kprobe vfs_read {|e| $e.comm | cast "struct file *" | count }
kprobe vfs_read {|e| $e.arg0.f_inode | count }
