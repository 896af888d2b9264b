# Every sleep: who asked for it, the parent of who did, and for how long.
overlay use nubpf

tracepoint [syscalls:sys_enter_nanosleep syscalls:sys_enter_clock_nanosleep] {|e|
  {
    time: $e.time
    ppid: $e.ppid
    pcomm: $e.pcomm
    pid: $e.pid
    comm: $e.comm
    nap: ($e.rqtp.tv_sec * 1sec + ($e.rqtp.tv_nsec | into duration))
  }
}
