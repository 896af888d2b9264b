# Every program that is started, with its parent.
overlay use nubpf

tracepoint sched:sched_process_exec { select time ppid pid uid comm filename }
