tracepoint syscalls:sys_exit_read {
  where comm == "plain" | max ret --by comm
  where comm == "plain" | stats ret
  where comm == "plain" | count --as reads
}
