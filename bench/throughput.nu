# Rows of recorded messages (messages.cc) into each format, and the processor time of nubpf beside bpftrace's own.
use tools.nu *

const rows = "tracepoint syscalls:sys_enter_openat { select pid comm filename }"
const maps = "trace { tracepoint raw_syscalls:sys_enter { count --by [comm pid] --as x }
interval 1sec { report x } }"
const histograms = "trace { tracepoint syscalls:sys_exit_read {|e| $e.ret | hist --by comm --as x }
interval 1sec { report x } }"

const in_jq = {
  rows: 'select(.type == "value") | .data | {pid: .[1], comm: .[2], filename: .[3]}'
  maps: 'select(.type == "map") | .data["@x"] | to_entries | sort_by(-.value)[] | (.key | split(",")) as $key
    | {comm: $key[0], pid: ($key[1] | tonumber), count: .value}'
  histograms: 'select(.type == "map") | .data["@x"] | to_entries
    | map((.key | split(",")) as $key | {comm: $key[0], bucket: ($key[1] | tonumber), count: .value})
    | group_by(.comm)[] | (map(.count) | add) as $all | sort_by(.bucket)[]
    | {comm, low: pow(2; .bucket - 1), high: pow(2; .bucket), count, share: (.count / $all)}'
}

const count = 5_000_000
const count_for_jq = 300_000

def jq_rate [kind: string]: nothing -> int {
  let file = $tools | path join messages.json
  with-env {NUBPF_BENCH_MESSAGES: $kind, NUBPF_BENCH_COUNT: $count_for_jq} {
    "" | ^($tools | path join messages) e> /dev/null o> $file
  }
  let times = 1..3 | each {|_| measure [jq -c ($in_jq | get $kind) $file] | get cpu }
  rm $file
  $times | median | rate $count_for_jq
}

def formats [kind: string, program: string, names: list<string>]: nothing -> list {
  let jq = jq_rate $kind
  $names | each {|format|
    let run = with-env {
      NUBPF_BENCH_MESSAGES: $kind
      NUBPF_BENCH_COUNT: $count
      NUBPF_BPFTRACE: ($tools | path join messages)
    } { measure [($bin | path join nubpf) --format $format -e $program] }
    let rate = $run.cpu | rate $count
    row throughput $"($kind) into ($format), rows/s of processor time; jq -c; peak ($run.peak)" $rate $jq ($rate | over $jq) "> 10"
  }
}

# A burst of system calls: what nubpf costs beside what bpftrace costs.
def live [bpftrace: string]: nothing -> record {
  let burst = workload live ["repeat 2000000" "seek 1" end]
  let program = "tracepoint syscalls:sys_enter_lseek {|e| if $e.fd == 1000 { select time pid comm offset } }"
  let run = measure [($bin | path join nubpf) --bpftrace $bpftrace --format msgpack -e $program --command $burst]
  row throughput $"burst of 2 million, bpftrace (version_of $bpftrace): nubpf's and bpftrace's processor time" $run.cpu $run.below ($run.cpu | over $run.below) "< 0.2"
}

export def main [bpftraces: list<string>]: nothing -> list {
  [
    ...(formats rows $rows [msgpack jsonl nuon csv table])
    ...(formats maps $maps [msgpack jsonl])
    ...(formats histograms $histograms [msgpack jsonl])
    ...($bpftraces | each {|one| live $one })
  ]
}
