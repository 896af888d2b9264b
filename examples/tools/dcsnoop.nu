# Every lookup of a file name in the directory cache, and every name that is not in it.
overlay use nubpf

trace {
  kprobe lookup_fast* {|e|
    {time: $e.time, pid: $e.pid, comm: $e.comm, kind: "reference", name: $e.nd.last.name}
  }
  fexit d_lookup {|e|
    if $e.retval == 0 {
      emit {time: $e.time, pid: $e.pid, comm: $e.comm, kind: "miss", name: $e.name.name}
    }
  }
}
