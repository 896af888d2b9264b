kprobe vfs_read {|e| {path: $e.file.f_path} }
kprobe vfs_read {|e| $e.file.f_lock.halves | count }
tracepoint sched:sched_switch {|e| {fds: $e.task.files.fd_array} }
