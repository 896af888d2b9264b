# What the benchmarks share: measuring commands, and rows of the table.

export const root = path self ..
export const bin = ($root | path join build)
export const tools = ($root | path join build bench)

# One run of a command: how long it took, what it cost, and when `until` stood in its output.
export def measure [
  command: list<string>
  --output: string = /dev/null
  --until: string
]: nothing -> record {
  let until = if $until == null { [] } else { [--until $until] }
  ^($tools | path join measure) --output $output ...$until ...$command e> /dev/null
  | from json
  | into duration wall first cpu below
  | into filesize peak
}

# Runs two closures in turn, so that what else the machine does meets both alike, and gives the medians of each; or the
# least, of what a disturbance can only make longer.
export def versus [
  rounds: int
  ours: closure
  theirs: closure
  --least
]: nothing -> record<ours: duration, theirs: duration> {
  let times = 1..$rounds | each {|_| {ours: (do $ours), theirs: (do $theirs)} }
  if $least {
    {ours: ($times.ours | math min), theirs: ($times.theirs | math min)}
  } else {
    {ours: ($times.ours | median), theirs: ($times.theirs | median)}
  }
}

export def median []: list -> any {
  let sorted = $in | sort
  $sorted | get (($sorted | length) // 2)
}

# A row of the table. `aim` is the bound of the last number.
export def row [
  area: string
  what: string
  ours: any
  theirs: any
  ratio: any
  aim: string
]: nothing -> record {
  {area: $area, what: $what, nubpf: $ours, other: $theirs, ratio: $ratio, aim: $aim}
}

# A quotient with two digits behind the point.
export def over [divisor: any]: any -> float {
  let number = $in | into int | into float
  if ($divisor | into int) == 0 { 0.0 } else { $number / ($divisor | into int) | math round --precision 2 }
}

# Rows a second.
export def rate [rows: int]: duration -> int {
  $rows / (($in | into int) / 1_000_000_000) | math round
}

# The program that nubpf gives to that bpftrace, without what only nubpf uses to end it.
export def run_form [program: string, version: string]: nothing -> string {
  ^($bin | path join nubpf) --dump program --bpftrace-version $version -e $program
  | lines
  | take while {|line| not ($line starts-with "self:signal") }
  | str join "\n"
}

# `bpftrace v0.17.0`: 0.17
export def version_of [bpftrace: string]: nothing -> string {
  ^$bpftrace --version | parse --regex 'v(?<version>\d+\.\d+)' | get 0.version
}

# A file with steps for build/nubpf_workload (tests/workload.cc).
export def workload [name: string, steps: list<string>]: nothing -> string {
  let file = $tools | path join $"($name).steps"
  $steps | str join "\n" | save --force $file
  $"($bin | path join nubpf_workload) ($file)"
}
