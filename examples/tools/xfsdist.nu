# How long reads, writes, opens and syncs of files on XFS take.
overlay use nubpf

const operations = [xfs_file_read_iter xfs_file_write_iter xfs_file_open xfs_file_fsync]

trace {
  kprobe $operations { timer start }
  kretprobe $operations { timer stop | hist --by func }
}
