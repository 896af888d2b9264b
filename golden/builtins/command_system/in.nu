tracepoint sched:sched_process_exit { system "date" } --unsafe
