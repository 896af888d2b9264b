kprobe vfs_* {|e| $e.count | hist }
kprobe [vfs_open vfs_read] {|e| $e.file.f_pos | hist }
kprobe [do_filp_open do_nanosleep] {|e| {mode: $e.mode} }
kprobe [tcp_sendmsg tcp_connect] {|e| {size: $e.size} }
