# Every signal that is sent with kill(): by whom, to whom, and what came of it.
overlay use nubpf

trace {
  tracepoint syscalls:sys_enter_kill {|e|
    map set target $e.tid $e.args.pid
    map set signal $e.tid $e.sig
  }
  tracepoint syscalls:sys_exit_kill {|e|
    if (map has signal $e.tid) {
      emit {
        time: $e.time
        pid: $e.pid
        comm: $e.comm
        signal: (map get signal $e.tid)
        target: (map get target $e.tid)
        result: (0 - $e.ret | strerror)
      }
    }
    map delete target $e.tid
    map delete signal $e.tid
  }
}
