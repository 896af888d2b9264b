let what = "open"
tracepoint syscalls:sys_enter_openat {|e| print $"($what) by ($e.comm) \(($e.pid)\): ($e.filename) 100%" }
uprobe $"/bin/($what):main" {|e| system $"echo ($what) ($e.pid)" } --unsafe
