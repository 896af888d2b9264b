tracepoint syscalls:sys_enter_write {|e|
  mut bytes = 0
  $bytes += $e.count
  mut last = $e.pid
  if $e.count > 4096 { $last = -1 }
  {bytes: $bytes, last: $last}
}
