tracepoint sched:sched_switch {|e| {from: $e.prev_comm, to: $e.next_comm, cpu: $e.cpu} }
