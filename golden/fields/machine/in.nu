tracepoint raw_syscalls:sys_enter {|e| {cpu: $e.cpu, node: $e.numaid, group: $e.cgroup, luck: $e.rand, task: $e.task} }
