tracepoint syscalls:sys_exit_openat {|e|
  if $e.ret < 0 { count --by {error: (0 - $e.ret | strerror), cgroup: ($e.cgroup | cgroup path)} }
}
tracepoint syscalls:sys_enter_openat {|e|
  if $e.cgroup == (cgroup id "/sys/fs/cgroup/user.slice") { emit {at: (kaddr avenrun)} }
}
uprobe /bin/bash:readline { {at: (uaddr readline), stack: (reg sp)} }
