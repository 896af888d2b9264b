tracepoint syscalls:sys_exit_read {|e|
  if $e.ret < 0 {
    count --as failed
  } else if $e.ret == 0 {
    count --as empty
  } else {
    count --as read
  }
}
