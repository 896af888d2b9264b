kprobe vfs_read {|e| {at: $e.pos.0, cast: ($e.arg3 | cast "s64 *" | get 0), raw: ($e.arg3 | cast "u32 *" | get 1)} }
