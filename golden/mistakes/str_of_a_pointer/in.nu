kprobe vfs_unlink {|e| let name = (str $e.arg1); count --by $name }
