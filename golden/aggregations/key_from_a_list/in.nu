# Columns are named as the items are, and the values are those of the place where the list was written.
trace {
  tracepoint syscalls:sys_enter_read {|e|
    let key = [$e.pid $e.fd]
    map set at $key $e.nsecs
    timer start --key $key
  }
  tracepoint syscalls:sys_enter_write {|e|
    let key = [$e.pid $e.fd]
    if (map has at $key) { count --by $key }
    timer stop --key $key | hist --by [comm pid]
    [$e.comm $e.pid ($e.fd + 1)] | count --as piped
  }
}
