tracepoint syscalls:sys_exit_read {|e| {kb: ($e.ret / 1024.0)} }
