tracepoint sched:sched_process_exec { select pid }
