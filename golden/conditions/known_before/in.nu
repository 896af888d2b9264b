let only = null
let deep = true
let name = "bash"
tracepoint syscalls:sys_exit_read {|e|
  where $only == null or $e.pid == $only
  | where not $deep or $in.ret > 0
  | count --by comm
}
tracepoint syscalls:sys_enter_read {|e|
  if $name == "bash" and $e.comm == $name { count --as others } else if not $deep { sum count }
}
