trace {
  BEGIN { print "tracing" }
  kprobe vfs_read { count }
}
