# Every sleep of a given length: who asked for it, and the parent of who did.
overlay use nubpf

tracepoint syscalls:sys_enter_clock_nanosleep {|e|
  where flags == 0  # an absolute time is no length
  | select time ppid pcomm pid comm
  | insert nap ($e.rqtp.tv_sec * 1sec + ($e.rqtp.tv_nsec | into duration))
}
