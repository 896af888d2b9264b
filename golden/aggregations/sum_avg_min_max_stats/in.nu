tracepoint syscalls:sys_exit_read {
  sum ret --by comm
  avg ret --by comm
  min ret --by comm
  max ret --by comm
  stats ret --by comm
}
