# Who tries to change user ids, to which (4294967295 keeps an id), and what came of it: 0, or minus the error number.
overlay use nubpf

trace {
  tracepoint [syscalls:sys_enter_setuid syscalls:sys_enter_setfsuid] {|e|
    map set uid $e.tid $e.uid
    map set asked $e.tid $e.args.uid
  }
  tracepoint [syscalls:sys_exit_setuid syscalls:sys_exit_setfsuid] {|e|
    if (map has asked $e.tid) {
      emit {time: $e.time, pid: $e.pid, comm: $e.comm, uid: (map get uid $e.tid), asked: (map get asked $e.tid), ret: $e.ret}
      map delete uid $e.tid
      map delete asked $e.tid
    }
  }
  tracepoint syscalls:sys_enter_setresuid {|e|
    map set uid $e.tid $e.uid
    map set ruid $e.tid $e.ruid
    map set euid $e.tid $e.euid
    map set suid $e.tid $e.suid
  }
  tracepoint syscalls:sys_exit_setresuid {|e|
    if (map has ruid $e.tid) {
      emit {
        time: $e.time, pid: $e.pid, comm: $e.comm, uid: (map get uid $e.tid)
        ruid: (map get ruid $e.tid), euid: (map get euid $e.tid), suid: (map get suid $e.tid), ret: $e.ret
      }
      map delete uid $e.tid
      map delete ruid $e.tid
      map delete euid $e.tid
      map delete suid $e.tid
    }
  }
}
