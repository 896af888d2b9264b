trace {
  tracepoint syscalls:sys_enter_read {|e| map set bytes $e.pid $e.count }
  interval 1sec { {readers: (map len bytes)} }
}
