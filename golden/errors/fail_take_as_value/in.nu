trace {
  tracepoint syscalls:sys_enter_openat {|e|
    map set path tid $e.filename
    map set stack tid $e.kstack
    map set task tid $e.task
  }
  tracepoint syscalls:sys_exit_openat {|e|
    let path = map take path tid
    let stack = map take stack tid
    let task = map take task tid
    map take path tid
    emit {path: $path, parent: $task.real_parent.tgid}
  }
}
