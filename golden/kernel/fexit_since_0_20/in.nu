fexit [vfs_read vfs_write] {|e| if $e.retval > 0 { {func: $e.probe, bytes: $e.retval, of: $e.count, size: $e.file.f_inode.i_size} } }
