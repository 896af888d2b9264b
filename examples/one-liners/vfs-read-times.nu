# How long the reads of each program take.
overlay use nubpf

trace {
  kprobe vfs_read { timer start }
  kretprobe vfs_read { timer stop | hist --by comm }
}
