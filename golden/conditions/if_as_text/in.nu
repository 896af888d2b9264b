tracepoint syscalls:sys_exit_read {|e| let how = if $e.ret < 0 { "failed" } else { "ok" }; count --by {how: $how} }
