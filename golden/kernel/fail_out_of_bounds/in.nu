tracepoint sched:sched_switch {|e| {fd: $e.task.files.fd_array.64.f_pos} }
