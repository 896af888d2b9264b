tracepoint sched:sched_process_fork {|e| {parent: $e.task.real_parent.tgid, name: $e.task.real_parent.comm, uid: $e.task.cred.uid.val, task: $e.task, next: $e.task.real_parent} }
