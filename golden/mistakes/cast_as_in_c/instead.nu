kprobe vfs_read {|e| let f = ($e.arg0 | cast "struct file *"); count --by $f.f_inode.i_ino }
