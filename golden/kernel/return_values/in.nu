trace {
  kretprobe vfs_open {|e| if $e.retval < 0 { {error: (0 - $e.retval)} } }
  kretprobe tcp_check_space {|e| {space: $e.retval} }
  kretprobe do_filp_open {|e| {ino: $e.retval.f_inode.i_ino} }
  kretprobe sock_name {|e| $e.retval | count }
  kretprobe small_return { sum retval }
}
