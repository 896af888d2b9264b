# In the kernel: run time of an event, beside the program that one writes by hand.
use tools.nu *

const calls = 100_000

const pairs = [
  [what, nubpf, bpftrace];
  [
    "count by one key"
    "tracepoint syscalls:sys_enter_lseek { count --by comm }"
    "tracepoint:syscalls:sys_enter_lseek { @[comm] = count(); }"
  ]
  [
    "sum of a number"
    "tracepoint syscalls:sys_enter_lseek {|e| $e.offset | sum --by comm }"
    "tracepoint:syscalls:sys_enter_lseek { @[comm] = sum(args->offset); }"
  ]
  [
    "histogram"
    "tracepoint syscalls:sys_exit_lseek {|e| $e.ret | hist }"
    "tracepoint:syscalls:sys_exit_lseek { @ = hist(args->ret); }"
  ]
  [
    "histogram by a key"
    "tracepoint syscalls:sys_exit_lseek {|e| $e.ret | hist --by comm }"
    "tracepoint:syscalls:sys_exit_lseek { @[comm] = hist(args->ret); }"
  ]
  [
    "time between two probes"
    "trace { tracepoint syscalls:sys_enter_lseek { timer start }
tracepoint syscalls:sys_exit_lseek { timer stop | hist } }"
    "tracepoint:syscalls:sys_enter_lseek { @start[tid] = nsecs; }
tracepoint:syscalls:sys_exit_lseek /@start[tid]/ { @ns = hist(nsecs - @start[tid]); delete(@start[tid]); }"
  ]
  [
    "rows of numbers"
    "tracepoint syscalls:sys_enter_lseek { select pid comm offset }"
    "tracepoint:syscalls:sys_enter_lseek { printf(\"%d %s %d\\n\", pid, comm, args->offset); }"
  ]
  [
    "rows with a path"
    "tracepoint syscalls:sys_enter_openat {|e| if $e.dfd == 1000 { select comm filename } }"
    "tracepoint:syscalls:sys_enter_openat /args->dfd == 1000/ { printf(\"%s %s\\n\", comm, str(args->filename)); }"
  ]
]

def per_event [load: string, command: list<string>]: nothing -> duration {
  ^($root | path join bench kernel-time) $load ...$command | into int | $in * 1ns
}

export def main []: nothing -> list {
  let before = open --raw /proc/sys/kernel/bpf_stats_enabled | str trim
  "1" | save --force --raw /proc/sys/kernel/bpf_stats_enabled
  let load = workload kernel [$"repeat ($calls)" "seek 1" "open 2f746d702f6e6f6e65" end]
  let rows = $pairs | each {|pair|
    let times = (versus 7 --least
      { per_event $load [($bin | path join nubpf) --format msgpack -e $pair.nubpf] }
      { per_event $load [bpftrace -f json -e $pair.bpftrace] })
    row kernel $pair.what $times.ours $times.theirs ($times.ours | over $times.theirs) "< 1.05"
  }
  $before | save --force --raw /proc/sys/kernel/bpf_stats_enabled
  $rows
}
