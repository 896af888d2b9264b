trace {
  kprobe vfs_read { timer start }
  kretprobe vfs_read {|e| timer stop | hist }
}
