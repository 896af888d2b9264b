# Every attempt to change user ids: by whom, to which (4294967295 keeps an id), and what the call returned.
overlay use nubpf

trace {
  tracepoint [syscalls:sys_enter_setuid syscalls:sys_enter_setfsuid] {|e|
    map set uid tid $e.uid
    map set asked tid $e.args.uid
  }
  tracepoint [syscalls:sys_exit_setuid syscalls:sys_exit_setfsuid] {|e|
    if (map has asked tid) {
      emit {time: $e.time, pid: $e.pid, comm: $e.comm, uid: (map get uid tid), asked: (map get asked tid), ret: $e.ret}
      map delete uid tid
      map delete asked tid
    }
  }
  tracepoint syscalls:sys_enter_setresuid {|e|
    map set uid tid $e.uid
    map set ruid tid $e.ruid
    map set euid tid $e.euid
    map set suid tid $e.suid
  }
  tracepoint syscalls:sys_exit_setresuid {|e|
    if (map has ruid tid) {
      emit {
        time: $e.time, pid: $e.pid, comm: $e.comm, uid: (map get uid tid)
        ruid: (map get ruid tid), euid: (map get euid tid), suid: (map get suid tid), ret: $e.ret
      }
      map delete uid tid
      map delete ruid tid
      map delete euid tid
      map delete suid tid
    }
  }
}
