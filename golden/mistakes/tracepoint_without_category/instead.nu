tracepoint sched:sched_switch { count }
