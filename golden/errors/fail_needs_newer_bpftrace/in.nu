kprobe vfs_read {|e| {error: ($e.arg0 | strerror), at: $e.jiffies} }
