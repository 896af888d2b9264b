# A map for each field; that of the time also tells whether there is a record.
trace {
  tracepoint syscalls:sys_enter_read {|e|
    map set call [$e.pid $e.tid] {at: $e.nsecs, fd: $e.fd, comm: $e.comm, size: ($e.count | into filesize)}
  }
  tracepoint syscalls:sys_exit_read {|e|
    map take call [$e.pid $e.tid] | emit {fd: $in.fd, comm: $in.comm, size: $in.size, took: ($e.nsecs - $in.at)}
  }
}
