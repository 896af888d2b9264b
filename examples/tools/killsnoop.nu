# Every signal that is sent with kill(): by whom, to whom, and what came of it.
overlay use nubpf

trace {
  tracepoint syscalls:sys_enter_kill {|e|
    map set signal tid $e.sig
    map set target tid $e.args.pid
  }
  tracepoint syscalls:sys_exit_kill {|e|
    if (map has target tid) {
      emit {time: $e.time, pid: $e.pid, comm: $e.comm, signal: (map get signal tid)
        target: (map get target tid), result: (0 - $e.ret | strerror)}
    }
    map delete signal tid
    map delete target tid
  }
}
