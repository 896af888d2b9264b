tracepoint syscalls:sys_enter_openat {|e|
  for i in 0..20 {
    if $e.flags == $i { map set seen $i $e.filename }
  }
  for i in 0..20 {
    if $e.filename == $"/($i)" { count --by $e.dfd }
  }
}
