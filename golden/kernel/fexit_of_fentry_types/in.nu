trace {
  fexit do_filp_open {|e| {path: $e.pathname, inode: $e.retval.f_inode.i_ino, file: $e.retval} }
  fexit tcp_check_space {|e| if $e.retval { count --as space } }
  fexit sock_name {|e| {name: $e.retval} }
}
