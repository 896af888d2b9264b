# How many processes and threads are started, every second.
overlay use nubpf

trace {
  tracepoint sched:sched_process_fork { count }
  interval 1sec { report --clear }
}
