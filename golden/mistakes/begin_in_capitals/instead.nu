trace {
  begin { print "tracing" }
  kprobe vfs_read { count }
}
