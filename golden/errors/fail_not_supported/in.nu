kprobe vfs_read {|e| $e.file.f_path | count }
