trace {
  tracepoint syscalls:sys_enter_read {|e| map set last [$e.pid $e.comm] $e.count }
  tracepoint syscalls:sys_enter_write {|e| if (map has last [$e.pid $e.comm]) { map get last [$e.pid $e.comm] | sum --by $e.comm } }
  interval 10sec { map clear last }
}
