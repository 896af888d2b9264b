# Every path that a program asks about with stat() and the like, and what came of it.
overlay use nubpf

trace {
  tracepoint syscalls:sys_enter_statfs {|e| map set path tid $e.pathname }
  tracepoint [
    syscalls:sys_enter_statx syscalls:sys_enter_newstat syscalls:sys_enter_newlstat syscalls:sys_enter_newfstatat
  ] {|e| where filename != "" | map set path tid $e.filename }
  tracepoint [
    syscalls:sys_exit_statfs syscalls:sys_exit_statx
    syscalls:sys_exit_newstat syscalls:sys_exit_newlstat syscalls:sys_exit_newfstatat
  ] {|e|
    map take path tid
    | emit {time: $e.time, pid: $e.pid, comm: $e.comm, error: ($e.ret | strerror), path: $in}
  }
}
