# How long programs sleep: one histogram of durations for each program.
overlay use nubpf

trace {
  tracepoint [syscalls:sys_enter_nanosleep syscalls:sys_enter_clock_nanosleep] { timer start }
  tracepoint [syscalls:sys_exit_nanosleep syscalls:sys_exit_clock_nanosleep] { timer stop | hist --by comm }
}
