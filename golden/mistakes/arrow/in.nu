kprobe vfs_read {|e| count --by $e.file->f_inode->i_ino }
