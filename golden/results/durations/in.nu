trace {
  tracepoint syscalls:sys_enter_clock_nanosleep { where comm == "plain" | timer start }
  tracepoint syscalls:sys_exit_clock_nanosleep { timer stop | hist --by comm }
}
