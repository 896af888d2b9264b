tracepoint syscalls:sys_exit_read {|e|
  let kind = if $e.ret < 0 { 0 - $e.ret } else if $e.ret == 0 { 0 } else { let kb = $e.ret / 1024; $kb * 2 }
  let both = if $e.pid == 1 { {a: 1, b: $e.comm} } else { {a: 2, b: "other"} }
  {kind: $kind, a: $both.a, b: $both.b}
}
