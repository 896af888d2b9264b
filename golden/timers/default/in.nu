trace {
  tracepoint syscalls:sys_enter_read { timer start }
  tracepoint syscalls:sys_exit_read {|e|
    {pid: $e.pid, took: (timer stop | default 0sec)}
  }
}
