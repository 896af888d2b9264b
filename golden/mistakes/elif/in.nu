kprobe vfs_read {|e| if $e.pid == 1 { count --as a } elif $e.pid == 2 { count --as b } }
