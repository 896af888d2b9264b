trace {
  tracepoint syscalls:sys_exit_read {|e| if (map has start $e.tid) { let took = $e.nsecs - (map get start $e.tid); $took / 1us | lhist --min 0 --max 1000 --step 50; map delete start $e.tid } }
  tracepoint syscalls:sys_enter_read {|e| map set start $e.tid $e.nsecs }
}
