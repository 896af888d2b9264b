# Rows that arrive of a burst of a million, beside `bpftrace -f json > file` with the same program.
use tools.nu *

const rows = 1_000_000

def burst [what: string, bpftrace: string, program: string, steps: list<string>]: nothing -> record {
  let command = workload loss [$"repeat ($rows)" ...$steps end]
  let ours_file = $tools | path join ours.out
  let theirs_file = $tools | path join theirs.out
  let script = $tools | path join loss.bt
  run_form $program (version_of $bpftrace) | save --force $script
  measure --output $ours_file [($bin | path join nubpf) --bpftrace $bpftrace --format jsonl -e $program --command $command]
  measure --output $theirs_file [$bpftrace -f json -c $command $script]
  let ours = open --raw $ours_file | lines | length
  let theirs = open --raw $theirs_file | lines | where {|line| $line starts-with '{"type": "value"' } | length
  rm $ours_file $theirs_file
  row loss $"arrived of ($rows), bpftrace (version_of $bpftrace), ($what)" $ours $theirs ($ours / $rows | math round --precision 4) "1"
}

export def main [bpftraces: list<string>]: nothing -> list {
  let path = "/home/user/project/src/main/file.cc" | encode hex
  $bpftraces | each {|bpftrace|
    [
      (burst "numbers" $bpftrace "tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { select time pid comm offset } }" ["seek 1"])
      (burst "a path" $bpftrace "tracepoint syscalls:sys_enter_openat {|e| if $e.dfd == 1000 { select time pid comm filename } }" [$"open ($path)"])
    ]
  } | flatten
}
