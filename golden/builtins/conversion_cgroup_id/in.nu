tracepoint syscalls:sys_enter_openat {|e| if $e.cgroup == (cgroup id "/sys/fs/cgroup/user.slice") { count } }
