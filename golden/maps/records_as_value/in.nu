# Without a field that is never 0 a map of its own tells whether there is a record. `$e.fd` is read before it is set anew.
trace {
  tracepoint syscalls:sys_enter_read {|e|
    let last = map get call $e.pid
    map set call $e.pid {fd: $e.fd, calls: ($last.calls + 1)}
    if (map has call 1) { map delete call 1 }
    $e | select pid | insert n (map len call) | emit
  }
  tracepoint syscalls:sys_enter_write {|e|
    let call = map take call $e.pid
    if $call != null and $call.fd == $e.fd { {pid: $e.pid, calls: $call.calls} | emit --as closed }
    let known = map get call 1 | default {fd: $e.fd, calls: 0}
    let other = map take call 2 | default {fd: (-1), calls: 0}
    {pid: $known.fd, calls: $other.calls} | emit --as known
  }
  tracepoint syscalls:sys_enter_openat {|e|
    map set call $e.pid {calls: (map get call $e.pid | get fd), fd: (map get call $e.pid | get calls)}
    map take call 3
  }
  end { map clear call }
}
