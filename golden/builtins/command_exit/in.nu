tracepoint sched:sched_process_exit { exit }
