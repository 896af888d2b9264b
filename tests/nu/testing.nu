# What the tests of the module share. Each test file is a script that calls `test` for each of its cases; the first
# that fails ends it. They trace the workload (tests/workload.cc), which makes a known number of events.
use std/assert

export def test [name: string, body: closure] {
  try { do $body } catch {|error|
    print $"FAILED ($name)"
    print ($error.rendered? | default $error.msg)
    exit 1
  }
  print $"ok ($name)"
}

# The command that plays these steps of the workload.
export def workload [...steps: string]: nothing -> string {
  let file = $env.NUBPF_TEST_FOLDER | path join $"(random chars).steps"
  $steps | str join "\n" | $in + "\n" | save $file
  $"($env.NUBPF_WORKLOAD) ($file)"
}

# What a script gives: `stdout`, `stderr` and `exit_code`, without colors.
export def run-script [script: string]: nothing -> record {
  let file = $env.NUBPF_TEST_FOLDER | path join $"(random chars).nu"
  $script | save $file
  ^$nu.current-exe -n -I $env.NUBPF_NU --no-std-lib $file | complete
  | update stderr {|done| $done.stderr | ansi strip }
}

# The error that a closure raises: `msg`, and of the labels their texts and what stands at them in `file`.
# It is found with `nu` itself, since a caught error has no labels in all versions.
export def refused-text [script: string]: nothing -> string {
  let done = run-script $script
  assert not equal $done.exit_code 0
  $done.stderr
}
