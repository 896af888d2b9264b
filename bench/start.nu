# From the start to the first row of a timer, beside bpftrace with the same program.
use tools.nu *

# `id` is what the tick's rows begin with in bpftrace's program.
def first_row [what: string, bpftrace: string, id: int, program: string]: nothing -> record {
  let text = run_form $program (version_of $bpftrace)
  let times = (versus 15
    { measure --until '"tick"' [($bin | path join nubpf) --bpftrace $bpftrace --format jsonl -e $program] | get first }
    { measure --until $'"data": [($id),' [$bpftrace -f json -e $text] | get first })
  row start $"first row, bpftrace (version_of $bpftrace), ($what)" $times.ours $times.theirs ($times.ours | over $times.theirs) "< 1.03"
}

export def main [bpftraces: list<string>]: nothing -> list {
  $bpftraces | each {|bpftrace|
    [
      (first_row "aggregation" $bpftrace 1 "trace { tracepoint syscalls:sys_exit_openat {|e| $e.ret | sum --by comm }
interval 1ms { {tick: $ctx.nsecs} | emit } } | first 1")
      (first_row "rows" $bpftrace 2 "trace { tracepoint syscalls:sys_exit_openat {|e| {comm: $e.comm, ret: $e.ret} }
interval 1ms { {tick: $ctx.nsecs} | emit } }")
    ]
  } | flatten
}
