trace {
  tracepoint syscalls:sys_enter_openat {|e| emit {path: $e.filename} --as open }
  tracepoint syscalls:sys_enter_kill {|e| emit {to: $e.args.pid, signal: $e.sig} }
}
