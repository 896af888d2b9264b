# Variables of the session are constants in the closure.
use std/assert
use testing.nu [test workload refused-text]
overlay use nubpf

const limit = 100

def seeks-above [least: int]: nothing -> int {
  tracepoint syscalls:sys_enter_lseek {|e| if $e.offset > $least { count } } --command (
    workload "seek 5" "seek 50" "seek 500")
}

test "ints, of a parameter" {
  assert equal (seeks-above 10) 2
  assert equal (seeks-above 100) 1
  assert equal (seeks-above -1) 3
}

test "a const, and file sizes" {
  let size = 400b
  let count = tracepoint syscalls:sys_enter_lseek {|e| if $e.offset > $limit and $e.offset >= $size { count } } --command (
    workload "seek 50" "seek 200" "seek 400")
  assert equal $count 1
}

test "strings, whatever they hold" {
  let name = "a \"b' $x\n"
  let rows = tracepoint syscalls:sys_enter_openat {|e| if $e.filename == $name { {hit: true, name: $e.filename} } } --command (
    workload "open 612022622720247800" "open 61202262272024780a")
  assert equal $rows [[hit name]; [true $name]]
}

test "durations, bools and lists" {
  let long = 1us
  let on = true
  let wanted = [3 5000 7]
  let rows = tracepoint syscalls:sys_enter_lseek {|e|
    if $on and $e.offset in $wanted { {long: (($e.offset | into duration) > $long)} }
  } --command (workload "seek 3" "seek 4" "seek 5000")
  assert equal ($rows | get long) [false true]
}

test "a closure kept in a variable" {
  let least = 40
  let body = {|e| if $e.offset > $least { count } }
  let count = tracepoint syscalls:sys_enter_lseek $body --command (workload "seek 50" "seek 5")
  assert equal $count 1
}

test "an attach point in a variable" {
  let point = "syscalls:sys_enter_lseek"
  assert equal (tracepoint $point { count } --command (workload "seek 50")) 1
  let points = [syscalls:sys_enter_lseek syscalls:sys_exit_lseek]
  assert equal (tracepoint $points { count } --command (workload "seek 50")) 2
}

test "what the kernel has no constants of is an error at its use" {
  let text = refused-text 'overlay use nubpf
let ratio = 1.5
tracepoint syscalls:sys_enter_lseek {|e| if $e.offset > $ratio { count } }
'
  assert str contains $text "`$ratio` is a float"
  assert str contains $text "3 | tracepoint syscalls:sys_enter_lseek {|e| if $e.offset > $ratio { count } }"
}

test "one file under `nu` and under `nubpf`" {
  let file = $env.NUBPF_TEST_FOLDER | path join "main.nu"
  'overlay use nubpf
# Counts seeks.
def main [
  least?: int            # only of this offset and above
  --comm: string = "nubpf_workload"
  --command: string      # what to trace
  ...names: string
] {
  tracepoint syscalls:sys_enter_lseek {|e|
    if ($least == null or $e.offset >= $least) and $e.comm == $comm and $e.comm not-in $names { count }
  } --command $command
}
' | save $file
  let command = workload "seek 5" "seek 50"
  for arguments in [[] ["10"] ["10" "other"] ["10" "nubpf_workload"] ["--comm" "other"]] {
    let words = [...$arguments "--command" $command]
    let in_nu = ^$nu.current-exe -n -I $env.NUBPF_NU $file ...$words | str trim
    assert equal $in_nu (^nubpf $file --format jsonl -- ...$words | str trim) ($arguments | to nuon)
  }
}
