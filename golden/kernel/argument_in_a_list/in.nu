kprobe [vfs_read vfs_write] {|e| $e.count | hist --by $e.func }
kprobe [vfs_read vfs_write] {|e| {buf: $e.buf} }
kprobe [vfs_read tcp_connect] {|e| {file: $e.arg0} }
