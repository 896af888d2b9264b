kprobe vfs_read {|e| {comm: $e.comm, bytes: ($e.count | into filesize)} }
