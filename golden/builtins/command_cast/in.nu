kprobe vfs_read {|e| $e.arg0 | cast "struct file *" | get f_path.dentry.d_name.name | count }
