trace {
  tracepoint syscalls:sys_enter_read { timer start --as reading }
  tracepoint syscalls:sys_exit_read { timer stop --as reading | where $it > 10ms | emit {comm: $ctx.comm, took: $in} --as slow }
}
