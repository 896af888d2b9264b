kprobe vfs_read {|e| {file: ($e.arg0 | ksym), buffer: ($e.arg1 | usym), error: ($e.arg2 | strerror)} }
