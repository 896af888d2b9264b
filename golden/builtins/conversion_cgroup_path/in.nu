tracepoint syscalls:sys_enter_openat {|e| count --by {cgroup: ($e.cgroup | cgroup path)} }
