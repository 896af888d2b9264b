rawtracepoint sched_switch { count --by cpu }
