# Reads, writes, syncs, opens and creates of the virtual file system, every second.
overlay use nubpf

trace {
  kprobe [vfs_read* vfs_write* vfs_fsync vfs_open vfs_create] { count --by func }
  interval 1sec { report --clear }
}
