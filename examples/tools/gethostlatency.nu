# How long programs wait for the address of a host name.
overlay use nubpf

const calls = [libc:getaddrinfo libc:gethostbyname libc:gethostbyname2]

trace {
  uprobe $calls {|e|
    timer start
    map set host tid ($e.arg0 | into string)
  }
  uretprobe $calls {|e|
    timer stop | emit {time: $e.time, pid: $e.pid, comm: $e.comm, host: (map get host tid), took: $in}
    map delete host tid
  }
}
