# Every signal that is sent with kill(): by whom, to whom, and what came of it.
overlay use nubpf

trace {
  tracepoint syscalls:sys_enter_kill {|e| map set call tid {signal: $e.sig, target: $e.args.pid} }
  tracepoint syscalls:sys_exit_kill {|e|
    map take call tid | emit {
      time: $e.time, pid: $e.pid, comm: $e.comm
      signal: $in.signal, target: $in.target, result: ($e.ret | strerror)
    }
  }
}
