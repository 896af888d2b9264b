# What comes back: types, and the forms of language.md, "What comes back".
use std/assert
use testing.nu [test workload]
overlay use nubpf

def type [] { describe --detailed | get type }

test "rows have the written columns and Nushell's types" {
  let rows = tracepoint syscalls:sys_enter_lseek {|e|
    {offset: ($e.offset | into filesize), took: ($e.offset | into duration), at: $e.time, who: $e.comm, odd: ($e.offset mod 2 == 1)}
  } --command (workload "repeat 3" "seek 4097" "end")
  assert equal ($rows | length) 3
  let row = $rows | first
  assert equal ($row | columns) [offset took at who odd]
  assert equal $row.offset 4097b
  assert equal $row.took 4097ns
  assert equal ($row.at | describe) "datetime"
  assert ((date now) - $row.at < 1min)
  assert equal $row.who "nubpf_workload"
  assert equal $row.odd true
}

test "one number is a number" {
  let count = tracepoint syscalls:sys_enter_lseek { count } --command (workload "repeat 250" "seek 1" "end")
  assert equal $count 250
}

test "a sum keeps its unit" {
  let sum = tracepoint syscalls:sys_enter_lseek {|e| $e.offset | into duration | sum } --command (
    workload "seek 1000000" "seek 500000")
  assert equal $sum 1500us
}

test "one keyed aggregation is a table" {
  let table = tracepoint syscalls:sys_enter_lseek { where offset > 0 | sum offset --by offset } --command (
    workload "repeat 2" "seek 7" "end" "seek 30")
  assert equal $table [[offset sum]; [30 30] [7 14]]
}

test "a histogram has bounds of the value's type, open ones are null" {
  let table = tracepoint syscalls:sys_enter_lseek {|e|
    $e.offset | into duration | lhist --min 0ns --max 10ns --step 5ns
  } --command (workload "seek 3" "repeat 3" "seek 12" "end")
  assert equal ($table | select low high count) [[low high count]; [0ns 5ns 1] [5ns 10ns 0] [10ns null 3]]
}

test "several aggregations are one record" {
  let result = trace {
    tracepoint syscalls:sys_enter_lseek {|e|
      count --as calls
      $e.offset | into filesize | max --as largest
      count --by $e.offset --as each
    }
  } --command (workload "seek 5" "seek 5" "seek 1")
  assert equal $result {calls: 3, largest: 5b, each: [[offset count]; [5 2] [1 1]]}
}

test "rows of several shapes carry their event, and each its own types" {
  let rows = trace {
    tracepoint syscalls:sys_enter_lseek {|e| emit {offset: ($e.offset | into filesize)} --as start }
    tracepoint syscalls:sys_exit_lseek {|e| emit {ret: $e.ret} --as stop }
    tracepoint syscalls:sys_enter_lseek {|e| $e.offset | into duration | sum --as total }
  } --command (workload "seek 9")
  assert equal ($rows | where event == start | get offset) [9b]
  assert equal ($rows | where event == stop | get ret) [-9]
  assert equal ($rows | where event == total | get sum) [9ns]
}

test "single values stream bare" {
  let values = tracepoint syscalls:sys_enter_lseek {|e| $e.offset | into duration } --command (workload "seek 4" "seek 5")
  assert equal $values [4ns 5ns]
}

test "a program without results gives nothing" {
  let nothing = tracepoint syscalls:sys_enter_lseek { exit } --command (workload "seek 4")
  assert equal $nothing null
}

test "reports have a time" {
  let rows = trace {
    tracepoint syscalls:sys_enter_lseek { count --as seeks }
    interval 100ms { report seeks }
  } --command (workload "seek 1" "sleep 250000000")
  assert (($rows | length) >= 1)
  assert equal ($rows | columns) [time count]
  assert equal ($rows | last | get count) 1
}

test "text that is not UTF-8 breaks no row" {
  let rows = tracepoint syscalls:sys_enter_openat {|e| {name: $e.filename} } --command (
    workload "open 61ff62" "open 6120226227" "open c3a9")
  let names = $rows | get name
  assert (0x[61 ff 62] in $names)
  assert ("a \"b'" in $names)
  assert ("é" in $names)
}

test "--emit-bt gives the text" {
  let text = tracepoint syscalls:sys_enter_lseek { count --by comm } --emit-bt
  assert equal ($text | str trim) "tracepoint:syscalls:sys_enter_lseek\n{\n\t@count[comm] = count();\n}"
}

test "--dry-run tells what would be attached" {
  let plan = tracepoint [syscalls:sys_enter_lseek syscalls:sys_enter_ope*] { count } --dry-run
  assert ("tracepoint:syscalls:sys_enter_lseek" in $plan.attach_points)
  assert ("tracepoint:syscalls:sys_enter_openat" in $plan.attach_points)
}
