trace {
  tracepoint syscalls:sys_enter_openat { where comm == "plain" and filename starts-with "/tmp" | emit {path: $in.filename} --as open }
  tracepoint syscalls:sys_exit_read { where comm == "plain" | count --as reads }
}
