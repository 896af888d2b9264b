kprobe vfs_read { sum count }
kretprobe vfs_read { sum count }
tracepoint sched:sched_switch {|e| $e.task.real_parent.tgid | count }
kprobe vfs_read {|e| $e.arg0 | cast "struct file *" | get f_inode.i_ino | count }
