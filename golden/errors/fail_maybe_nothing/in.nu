trace { kprobe vfs_read { timer start }; kretprobe vfs_read { let took = (timer stop); emit {took: $took} } }
