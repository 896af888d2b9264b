tracepoint syscalls:sys_enter_read {
  // only the shell
  where comm == "bash" | count
}
