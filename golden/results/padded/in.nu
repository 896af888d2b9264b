# The spaces of a text are those that were written.
tracepoint syscalls:sys_exit_read {|e| {what: $"  ($e.comm)  |", ret: $e.ret, end: $"($e.pid)    "} }
