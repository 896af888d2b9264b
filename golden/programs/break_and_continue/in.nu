tracepoint syscalls:sys_enter_read {|e|
  for i in 0..<4 {
    if $e.count < $i { break }
    emit {i: $i}
  }
}
tracepoint syscalls:sys_enter_write {|e|
  for size in [16 256 4096] {
    if $e.count == $size { continue }
    if $e.fd == 2 { break }
    count --by {size: $size}
  }
}
tracepoint syscalls:sys_exit_read {|e|
  for i in 1..10 {
    if $i == 3 { continue }
    if $i > 4 { break }
    if $e.ret == $i { return }
    count --by {i: $i}
  }
}
