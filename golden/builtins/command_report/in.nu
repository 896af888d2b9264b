trace { tracepoint sched:sched_process_fork { count --as forks }; interval 1sec { report forks --clear } }
