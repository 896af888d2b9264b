# The rest of a pipeline runs only where there is a value. It is forgotten behind that, or before something new is kept.
trace {
  tracepoint syscalls:sys_enter_openat {|e|
    map set path tid $e.filename
    map set stack tid $e.kstack
    map set calls $e.pid 1
  }
  tracepoint syscalls:sys_exit_openat {|e|
    map take path tid | where $e.ret < 0 | emit {comm: $e.comm, path: $in}
    map take stack tid | count
    map take calls $e.pid | map set calls $e.pid ($in + 1)
  }
}
