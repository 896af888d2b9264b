# Every path that is asked about: who asks, and the error number (0 where there is none).
overlay use nubpf

trace {
  tracepoint syscalls:sys_enter_statfs {|e| map set path $e.tid $e.pathname }
  tracepoint [
    syscalls:sys_enter_statx syscalls:sys_enter_newstat syscalls:sys_enter_newlstat syscalls:sys_enter_newfstatat
  ] {|e| where filename != "" | map set path $e.tid $e.filename }
  tracepoint [
    syscalls:sys_exit_statfs syscalls:sys_exit_statx
    syscalls:sys_exit_newstat syscalls:sys_exit_newlstat syscalls:sys_exit_newfstatat
  ] {|e|
    if (map has path $e.tid) {
      emit {time: $e.time, pid: $e.pid, comm: $e.comm, errno: (0 - $e.ret), path: (map get path $e.tid)}
      map delete path $e.tid
    }
  }
}
