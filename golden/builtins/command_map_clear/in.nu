trace { tracepoint sched:sched_process_exec {|e| if not (map has seen $e.comm) { map set seen $e.comm 1; {new: $e.comm} } }; interval 1min { map clear seen } }
