# How long block I/O waits before the disk gets it, for each kernel stack that asked for it.
overlay use nubpf

trace {
  tracepoint block:block_io_start {|e| map set io [dev sector] {at: $e.nsecs, stack: $e.kstack} }
  tracepoint block:block_rq_issue {|e| map take io [dev sector] | hist ($e.nsecs - $in.at) --by {stack: $in.stack} }
}
