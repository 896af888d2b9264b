# Where a string lies in memory.
tracepoint syscalls:sys_enter_openat {|e|
  let name = $e.filename
  {at: ($e.filename | into int), same: ($name | into int), name: $name, pointer: ($e.task.real_parent | into int)}
}
