# Rows stream, and a trace that nobody reads any more ends.
use std/assert
use testing.nu [run-script test workload]
overlay use nubpf

# The processes that the traces of this test have started and that still run.
# Not from `ps`: Nushell 0.108 raises an error where any process ends while it looks.
def left []: nothing -> int {
  glob $"/proc/($nu.pid)/task/*/children"
  | each {|file| try { open --raw $file } catch { "" } | split row " " | where $it != "" }
  | flatten
  | each {|pid| try { open --raw $"/proc/($pid)/comm" | str trim } catch { "" } }
  | where $it =~ nubpf
  | length
}

# Waits until none is left, for far longer than any stop takes.
def all-gone []: nothing -> bool {
  for _ in 1..1000 {
    if (left) == 0 { return true }
    sleep 10ms
  }
  false
}

# bpftrace under a wrapper that tells its process id.
def traced-by [body: closure]: nothing -> int {
  let wrapper = $env.NUBPF_TEST_FOLDER | path join "bpftrace"
  let ids = $env.NUBPF_TEST_FOLDER | path join "ids"
  $"#!/bin/sh\necho $$ >> '($ids)'\nexec (which bpftrace | get 0.path) \"$@\"\n" | save --force $wrapper
  chmod +x $wrapper
  with-env {NUBPF_BPFTRACE: $wrapper} { do $body }
  open $ids | lines | last | into int
}

test "`first` ends an endless trace, and bpftrace with it" {
  let pid = traced-by {
    let rows = tracepoint syscalls:sys_enter_lseek {|e| {n: $e.offset} } --command (
      workload "repeat 0" "seek 1" "sleep 1000000" "end") | first 5
    assert equal ($rows | get n) [1 1 1 1 1]
  }
  assert (all-gone)
  assert not ($"/proc/($pid)/root" | path exists)
}

test "a row arrives while the trace goes on" {
  # the second row comes only after the first one has been seen
  let mark = $env.NUBPF_TEST_FOLDER | path join "seen"
  let rows = tracepoint syscalls:sys_enter_lseek {|e| {n: $e.offset, took: ($e.offset | into duration)} } --command (
    workload "seek 1" "repeat 0" "sleep 50000000" "seek 2" "end")
  | each {|row| if $row.n == 1 { "" | save $mark }; $row }
  | first 3
  assert ($mark | path exists)
  assert equal ($rows | get n) [1 2 2]
  assert equal ($rows | get 0.took) 1ns
  assert (all-gone)
}

test "errors of Nushell's own stages end the trace, too" {
  let caught = try {
    tracepoint syscalls:sys_enter_lseek {|e| {n: $e.offset} } --command (
      workload "repeat 0" "seek 1" "sleep 1000000" "end") | each {|row| error make {msg: "enough"} } | ignore
    false
  } catch { true }
  assert $caught
  assert (all-gone)
}

test "lost rows are a warning with their number, and no error" {
  let fake = $env.NUBPF_TEST_FOLDER | path join "lossy"
  [
    "#!/bin/sh"
    "[ \"$1\" = --version ] && echo bpftrace v0.17.0 && exit"
    "cat >/dev/null"
    "echo __BPFTRACE_NOTIFY_PROBES_ATTACHED >&2"
    "echo '{\"type\": \"value\", \"data\": [1,5]}'"
    "echo '{\"type\": \"map\", \"data\": {\"@__nubpf_n1\": 1203}}'"
  ] | str join "\n" | save $fake
  ^chmod +x $fake
  let done = with-env {NUBPF_BPFTRACE: $fake} {
    run-script "overlay use nubpf
tracepoint syscalls:sys_enter_lseek {|e| {n: $e.offset} } | get n | to nuon | print
"
  }
  assert equal $done.exit_code 0
  assert equal ($done.stdout | str trim) "[5]"
  assert str contains $done.stderr "1202 of 1203 rows were lost"
}

test "no file of errors stays behind" {
  let folder = $env.XDG_RUNTIME_DIR? | default ($env.TMPDIR? | default "/tmp")
  let before = glob $"($folder)/nubpf-????????????????????????????????" | length
  with-env {NUBPF_BPFTRACE: "/bin/false"} { try { tracepoint raw_syscalls:sys_enter { count } | ignore } }
  assert equal (glob $"($folder)/nubpf-????????????????????????????????" | length) $before
}
