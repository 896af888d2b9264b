# Every block I/O when it is done: who asked for it, which disk, how much, and how long it took.
overlay use nubpf

trace {
  tracepoint block:block_io_start {|e|
    map set io [dev sector] {at: $e.nsecs, pid: $e.pid, comm: $e.comm, size: ($e.bytes | into filesize)}
  }
  tracepoint block:block_io_done {|e|
    map take io [dev sector] | emit {
      time: $e.time, pid: $in.pid, comm: $in.comm
      disk: $"($e.dev bit-shr 20):($e.dev bit-and 0xfffff)", kind: $e.rwbs
      size: $in.size, took: ($e.nsecs - $in.at)
    }
  }
}
