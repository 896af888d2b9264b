tracepoint syscalls:sys_enter_kill {|e| emit {from: $e.pid, to: $e.args.pid, signal: $e.sig} }
