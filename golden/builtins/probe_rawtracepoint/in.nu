rawtracepoint sched_switch { count }
