# sys_enter_kill has a field `pid` of its own
tracepoint syscalls:sys_enter_kill {|e| {from: $e.pid, to: $e.args.pid, signal: $e.sig} }
