let suffix = "d" + "!" ++ "?"
tracepoint syscalls:sys_enter_openat {|e|
  {who: ($e.comm ++ ": " ++ $e.filename), pid: ($e.pid | into string), fixed: $suffix}
}
