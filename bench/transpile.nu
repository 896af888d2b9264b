# From text to bpftrace program: the phases by themselves, and the whole process.
use tools.nu *

# The programs of the gallery and of the golden cases that are right on this kernel.
def programs []: nothing -> list<string> {
  (glob $"($root)/examples/**/*.nu") ++ (glob $"($root)/golden/*/*/in.nu" | where {|file| $file !~ '/fail_' })
}

def phases []: nothing -> list {
  let times = ^($tools | path join transpile) ...(programs) | lines | each {|line| $line | from json }
  let without = $times | where not types | get cold | each {|time| $time * 1ns }
  let with_types = $times | where types
  [
    (row transpile $"in process, ($without | length) programs without kernel types, median" ($without | median) null null "")
    (row transpile "the slowest of them" ($without | math max) null null "< 1ms")
    (row transpile $"in process, ($with_types | length) programs with kernel types, median" ($with_types.cold | median | $in * 1ns) null null "")
    (row transpile "the same when the types have been read" ($with_types.warm | median | $in * 1ns) null null "< 1ms")
  ]
}

# Processor time of a whole run above that of `true`.
def process [what: string, program: string, aim: string]: nothing -> record {
  let times = versus 21 { measure [($bin | path join nubpf) --emit-bt -e $program] | get cpu } { measure ["true"] | get cpu }
  row transpile $"whole process above `true`, ($what)" ($times.ours - $times.theirs) $times.theirs null $aim
}

export def main []: nothing -> list {
  phases | append [
    (process "tracepoint" "tracepoint syscalls:sys_enter_openat { select pid comm filename }" "< 3ms")
    (process "member of a kernel struct" "tracepoint sched:sched_switch {|e| {parent: $e.task.real_parent.tgid} }" "< 3ms")
  ]
}
