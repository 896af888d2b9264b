tracepoint sched:sched_process_exit {|e| if $e.comm == "sleep" { exit } }
