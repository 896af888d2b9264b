kprobe tcp_* { count --by func }
kprobe vfs_r* {|e| {file: $e.file, at: $e.pos} }
