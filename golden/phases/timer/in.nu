trace {
  # äöü before the spot
  tracepoint syscalls:sys_enter_nanosleep { timer start }
  tracepoint syscalls:sys_exit_nanosleep { timer stop | hist --by comm }
} --for 3sec
