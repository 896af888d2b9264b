# All benchmarks: prints a table, and writes it as data to build/bench.json.
use tools.nu *
use transpile.nu
use start.nu
use throughput.nu
use loss.nu
use nushell.nu
use latency.nu
use kernel.nu

# Measures nubpf beside the tools that one would use without it.
def main [
  --only: string = "transpile start throughput loss nushell latency kernel"  # which parts
  --bpftrace: string = "bpftrace"  # which bpftraces
] {
  let bpftrace = $bpftrace | split row " "
  let parts = {
    transpile: { transpile }
    start: { start $bpftrace }
    throughput: { throughput $bpftrace }
    loss: { loss $bpftrace }
    nushell: { nushell $bpftrace }
    latency: { latency $bpftrace }
    kernel: { kernel }
  }
  let rows = $only | split row " " | each {|part|
    print --stderr $"($part)…"
    do ($parts | get $part)
  } | flatten
  $rows | to json | save --force ($bin | path join bench.json)
  print ($rows | table --width 200 --index false)
}
