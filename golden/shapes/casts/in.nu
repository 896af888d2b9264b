tracepoint sched:sched_process_exit {|e| {at: ($e.nsecs | into datetime), raw: ($e.nsecs | into int), took: ($e.prio | into duration), odd: ($e.prio bit-and 1 | into bool)} }
