trace {
  kprobe vfs_read { count }
  interval 1sec { report }
}
