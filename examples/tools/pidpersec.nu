# How many processes and threads are started, every second.
overlay use nubpf

def main [--every: duration = 1sec] {
  trace {
    tracepoint sched:sched_process_fork { count }
    interval $every { report --clear }
  }
}
