tracepoint syscalls:sys_exit_read {|e|
  if $e.comm == "plain" {
    max ret --by comm
    stats ret
    count --as reads
  }
}
