tracepoint syscalls:sys_enter_execve {|e|
  {pid: $e.pid, file: $e.filename, args: $e.argv}
}
tracepoint syscalls:sys_enter_execve {|e|
  let words = $e.argv
  emit {parent: $e.pcomm, words: $words, comm: $e.comm}
}
