trace {
  tracepoint syscalls:sys_enter_read {|e| map set last $e.count }
  interval 1sec { {n: (map len last)} }
}
