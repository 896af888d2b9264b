trace {
  tracepoint syscalls:sys_exit_read { where comm == "plain" | count --as reads }
  interval 50ms { report reads --clear }
  end { report reads }
}
