# How long programs wait for the address of a host name.
overlay use nubpf

const calls = [libc:getaddrinfo libc:gethostbyname libc:gethostbyname2]

trace {
  uprobe $calls {|e| map set call tid {at: $e.nsecs, host: ($e.arg0 | into string)} }
  uretprobe $calls {|e|
    map take call tid
    | emit {time: $e.time, pid: $e.pid, comm: $e.comm, host: $in.host, took: ($e.nsecs - $in.at)}
  }
}
