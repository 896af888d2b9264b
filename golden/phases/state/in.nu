trace {
  tracepoint syscalls:sys_enter_openat {|e| map set path $e.tid $e.filename }
  tracepoint syscalls:sys_exit_openat {|e| if (map has path $e.tid) { print (map get path $e.tid); exit } }
}
