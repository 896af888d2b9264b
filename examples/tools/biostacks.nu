# How long block I/O waits before the disk gets it, for each kernel stack that asked for it.
overlay use nubpf

trace {
  tracepoint block:block_io_start {|e|
    timer start --key [dev sector]
    map set stack [dev sector] $e.kstack
  }
  tracepoint block:block_rq_issue {
    timer stop --key [dev sector] | hist --by {stack: (map get stack [dev sector])}
    map delete stack [dev sector]
  }
}
