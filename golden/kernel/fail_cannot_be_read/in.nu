kprobe many_arguments {|e| {a: $e.a, f: $e.f, g: $e.g} }
kprobe by_value {|e| {after: $e.after} }
kprobe vfs_read --offset 4 {|e| {count: $e.count} }
kretprobe tcp_set_state {|e| {x: $e.retval} }
tracepoint sched:sched_switch {|e| {bits: $e.task.delta_bits} }
