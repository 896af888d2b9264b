kprobe vfs_unlink {|e| let name = ($e.arg1 | into string); count --by $name }
