# The event of a row is the probe that fired, where a clause has several.
trace {
  tracepoint [syscalls:sys_enter_read syscalls:sys_enter_write] {|e| {fd: $e.fd, size: ($e.count | into filesize)} }
  tracepoint syscalls:sys_enter_exec* {|e| {program: $e.filename, argv: $e.argv} }
  tracepoint syscalls:sys_enter_nano* { emit {pid: $in.pid} --as nap }
  tracepoint syscalls:sys_enter_kill {|e| {signal: $e.sig} }
}
