tracepoint sched:sched_stat_runtime {|e| {comm: $e.comm, ran: ($e.runtime | into duration)} }
