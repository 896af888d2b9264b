tracepoint syscalls:sys_enter_read {
  break
}
