tracepoint syscalls:sys_enter_openat {|e|
  count --by {who: $"($e.comm)[($e.pid)]"}
  map set last $e.tid $"($e.comm)!"
  if $"($e.comm)!" == "x" { count --as x }
}
tracepoint syscalls:sys_enter_execve {|e| count --by {args: $e.argv} }
