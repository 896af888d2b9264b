# From an event to its row, at ten events a second.
use tools.nu *

def median_of [command: list<string>]: nothing -> duration {
  ^($tools | path join latency) 50 ...$command e> /dev/null | from json | get median | into duration
}

export def main [bpftraces: list<string>]: nothing -> list {
  let program = "tracepoint syscalls:sys_enter_openat { where comm == latency | select filename }"
  $bpftraces | each {|bpftrace|
    let ours = median_of [($bin | path join nubpf) --bpftrace $bpftrace --format jsonl -e $program]
    let theirs = median_of [$bpftrace -f json -e (run_form $program (version_of $bpftrace))]
    row latency $"event to row, bpftrace (version_of $bpftrace); nubpf adds ($ours - $theirs)" $ours $theirs null "adds < 5ms"
  }
}
