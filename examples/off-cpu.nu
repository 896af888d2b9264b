# Where programs block: the kernel stacks with which they leave the processor.
overlay use nubpf

tracepoint sched:sched_switch {
  where prev_state != TASK_RUNNING and pid != 0 | count --by [comm kstack]
}
