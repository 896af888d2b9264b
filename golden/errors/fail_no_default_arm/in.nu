tracepoint syscalls:sys_exit_read {|e|
  let size = match $e.ret { 0 => 0, 1..511 => 1 }
  let kind = match $e.ret { 0 => "end", _ => 5 }
  {size: $size, kind: $kind}
}
