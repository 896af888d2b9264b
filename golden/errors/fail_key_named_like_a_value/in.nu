trace {
  tracepoint syscalls:sys_enter_write { count --by count }
  tracepoint syscalls:sys_enter_read {|e| hist $e.count --by {low: $e.fd} }
}
