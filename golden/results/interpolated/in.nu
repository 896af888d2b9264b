tracepoint syscalls:sys_exit_read {|e| {what: $"($e.comm): ($e.ret | into filesize)", ok: ($e.ret > 0), plain: $"fd ($e.ret)"} }
