# How long block I/O takes, from the request until it is done.
overlay use nubpf

trace {
  tracepoint block:block_io_start { timer start --key [dev sector] }
  tracepoint block:block_io_done { timer stop --key [dev sector] | hist }
}
