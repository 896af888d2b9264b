trace {
  tracepoint syscalls:sys_enter_read { sum count --as asked }
  tracepoint syscalls:sys_exit_read { where ret > 0 | sum ret --as got }
}
