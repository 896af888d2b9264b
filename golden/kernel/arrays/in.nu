tracepoint sched:sched_switch {|e|
  let files = $e.task.files
  {first: $files.fd_array.0.f_path.dentry.d_name.name, last: $files.fdt.fd.63.f_inode.i_ino, limit: $e.task.signal.rlim.3.rlim_cur, nr: $e.task.thread_pid.numbers.0.nr, to: $e.task.signal.pids.1.level}
}
