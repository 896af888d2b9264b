# How long threads that could run wait for a processor.
overlay use nubpf

trace {
  tracepoint [sched:sched_wakeup sched:sched_wakeup_new] {|e| timer start --key $e.args.pid }
  tracepoint sched:sched_switch {|e|
    if $e.prev_state == TASK_RUNNING { timer start --key $e.prev_pid }
    timer stop --key $e.next_pid | hist
  }
}
