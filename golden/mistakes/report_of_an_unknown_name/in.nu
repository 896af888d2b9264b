trace {
  kprobe vfs_read { count --by comm }
  interval 1sec { report counts }
}
