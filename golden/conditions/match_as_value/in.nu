tracepoint syscalls:sys_exit_read {|e|
  let size = match $e.ret { 0 => 0, 1..511 => 1, 512..4095 | 4097.. => 2, _ => 3 }
  {
    size: $size
    name: (match $e.ret { 0 => "end", 1.. => "data", _ => { let code = 0 - $e.ret; if $code == 11 { "again" } else { "error" } } })
  }
}
