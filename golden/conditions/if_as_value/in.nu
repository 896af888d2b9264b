tracepoint syscalls:sys_exit_openat {|e|
  let ret = $e.ret
  {comm: $e.comm, fd: (if $ret >= 0 { $ret } else { -1 }), err: (if $ret >= 0 { 0 } else { 0 - $ret })}
}
