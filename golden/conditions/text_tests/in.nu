tracepoint syscalls:sys_enter_openat {|e| if $e.filename starts-with "/etc" or $e.filename =~ "passwd" or "shadow" in $e.filename or $e.filename like "^/root" { select comm filename } }
