trace {
  iter task { count }
  tracepoint sched:sched_process_exec { count --as started }
}
