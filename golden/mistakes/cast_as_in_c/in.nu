kprobe vfs_read {|e| let f = (struct file *)$e.arg0; count --by $f.f_inode.i_ino }
