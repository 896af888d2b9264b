fentry vfs_read {|e| if $e.count > 4kb { {file: $e.file.f_path.dentry.d_name.name, bytes: $e.count, at: $e.pos} } }
