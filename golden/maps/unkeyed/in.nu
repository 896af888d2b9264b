trace {
  tracepoint sched:sched_process_fork {|e| map set youngest $e.child_pid }
  interval 1sec { emit {youngest: (map get youngest)} }
}
