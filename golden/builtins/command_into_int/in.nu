tracepoint sched:sched_process_exit {|e| {at: ($e.nsecs | into int)} }
