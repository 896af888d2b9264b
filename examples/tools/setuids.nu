# Every attempt to change user ids: by whom, to which (4294967295 keeps an id), and what the call returned.
overlay use nubpf

trace {
  tracepoint [syscalls:sys_enter_setuid syscalls:sys_enter_setfsuid] {|e|
    map set call tid {uid: $e.uid, asked: $e.args.uid}
  }
  tracepoint [syscalls:sys_exit_setuid syscalls:sys_exit_setfsuid] {|e|
    map take call tid
    | emit {time: $e.time, pid: $e.pid, comm: $e.comm, uid: $in.uid, asked: $in.asked, ret: $e.ret}
  }
  tracepoint syscalls:sys_enter_setresuid {|e|
    map set res tid {uid: $e.uid, ruid: $e.ruid, euid: $e.euid, suid: $e.suid}
  }
  tracepoint syscalls:sys_exit_setresuid {|e|
    map take res tid | emit {
      time: $e.time, pid: $e.pid, comm: $e.comm, uid: $in.uid
      ruid: $in.ruid, euid: $in.euid, suid: $in.suid, ret: $e.ret
    }
  }
}
