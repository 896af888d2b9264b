tracepoint syscalls:sys_enter_read {|e| if $e.comm == "bash" { return }; print $"($e.comm) reads ($e.count) bytes" }
