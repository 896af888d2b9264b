trace {
  kprobe vfs_read { count }
  interval:s:1 { report }
}
