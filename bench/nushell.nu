# Into Nushell: the overlay beside what one writes by hand.
use tools.nu *

const count = 300_000

# What a script prints in a Nushell of its own that has the overlay's folder: a number of nanoseconds.
def timed [script: string, bpftrace: string, rows: int]: nothing -> duration {
  with-env {
    NUBPF_BENCH_MESSAGES: rows
    NUBPF_BENCH_COUNT: $rows
    NUBPF_BPFTRACE: $bpftrace
    PATH: ($env.PATH | prepend $bin)
  } { ^nu -n -I ($root | path join nu) -c $script e> /dev/null } | into int | $in * 1ns
}

def compare [bpftrace: string, rows: int, ours: string, theirs: string]: nothing -> record {
  versus 7 { timed $ours $bpftrace $rows } { timed $theirs $bpftrace $rows }
}

def throughput []: nothing -> record {
  let ours = "overlay use nubpf
timeit { tracepoint syscalls:sys_enter_openat { select pid comm filename } | length } | into int"
  let theirs = "timeit {
  '' | ^$env.NUBPF_BPFTRACE
  | lines
  | each {|line| $line | from json }
  | where type == value
  | each {|message| {pid: $message.data.1, comm: $message.data.2, filename: $message.data.3} }
  | length
} | into int"
  let times = compare ($tools | path join messages) $count $ours $theirs
  row nushell "rows/s through the overlay; by hand" ($times.ours | rate $count) ($times.theirs | rate $count) ($times.theirs | over $times.ours) "> 8"
}

def first_row [bpftrace: string]: nothing -> record {
  let ours = "overlay use nubpf
let start = date now
trace {
  tracepoint syscalls:sys_exit_openat {|e| $e.ret | sum --by comm }
  interval 1ms { {tick: $ctx.nsecs} | emit }
} | first 1 | each {|row| (date now) - $start } | first | into int"
  let theirs = "let start = date now
^$env.NUBPF_BPFTRACE -f json -e '
  tracepoint:syscalls:sys_exit_openat { @[comm] = sum(args->ret); }
  interval:ms:1 { print((1, nsecs)); }'
| lines
| each {|line| $line | from json }
| where type == value
| first 1 | each {|row| (date now) - $start } | first | into int"
  let times = compare $bpftrace 1 $ours $theirs
  row nushell $"the first row, bpftrace (version_of $bpftrace)" $times.ours $times.theirs ($times.ours | over $times.theirs) "< 1"
}

export def main [bpftraces: list<string>]: nothing -> list {
  [(throughput) ...($bpftraces | each {|bpftrace| first_row $bpftrace })]
}
