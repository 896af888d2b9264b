trace {
  begin { print "tracing" }
  tracepoint sched:sched_process_fork { count }
  end { print "done" }
}
