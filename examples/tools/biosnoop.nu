# Every block I/O when it is done: who asked for it, which disk, how much, and how long it took.
overlay use nubpf

trace {
  tracepoint block:block_io_start {|e|
    timer start --key [dev sector]
    map set pid [dev sector] $e.pid
    map set comm [dev sector] $e.comm
    map set size [dev sector] ($e.bytes | into filesize)
  }
  tracepoint block:block_io_done {|e|
    timer stop --key [dev sector] | emit {
      time: $e.time, pid: (map get pid [dev sector]), comm: (map get comm [dev sector])
      disk: $"($e.dev bit-shr 20):($e.dev bit-and 0xfffff)", kind: $e.rwbs
      size: (map get size [dev sector]), took: $in
    }
    map delete pid [dev sector]
    map delete comm [dev sector]
    map delete size [dev sector]
  }
}
