kprobe vfs_read { where file.f_inode.i_size > 0 | count --by [file.f_path.dentry.d_name.name file.f_inode.i_sb.s_type.name] }
