# Trace the kernel with Nushell closures.
#
# What is inside the braces of a clause runs in the kernel, once for each event. What is behind them runs in Nushell,
# on typed rows. `nubpf` itself has to be on the path.
#
# Written by `nubpf nu module` (scripts/nu-module); do not edit.

# The event, for closures without a parameter: `$ctx.comm`. The values only show the types.
export const ctx = {
  pid: 0  # process id (the kernel's thread group id)
  tid: 0  # thread id
  ppid: 0  # process id of the parent; needs BTF
  uid: 0  # user id
  gid: 0  # group id
  username: ""  # user name, looked up when the row is shown
  comm: ""  # name of the thread, at most 15 bytes
  cpu: 0  # number of the processor
  numaid: 0  # number of the NUMA node
  nsecs: 0  # time since boot, in nanoseconds; the difference of two is a duration
  elapsed: 0ns  # time since tracing began
  time: 1970-01-01  # wall-clock time
  cgroup: 0  # id of the cgroup (version 2)
  func: ""  # name of the traced function (function probes only)
  probe: ""  # full name of the probe
  task: ""  # address of the current task_struct
  kstack: []  # kernel stack, innermost frame first
  ustack: []  # user stack, innermost frame first
  rand: 0  # a random number
  jiffies: 0  # the kernel's tick counter
}

# A flag as it was given, or nothing.
def flag-text [name: string, value: any]: nothing -> string {
  match $value {
    null | false => ""
    true => $" --($name)"
    _ => $" --($name) ($value | to nuon)"
  }
}

# The place in the user's text that byte `at` of the program comes from. The closure stands in the program as it
# was written; of the other parts only the whole is known.
def source-span [parts: list<any>, at: int, length: int]: nothing -> record<start: int, end: int> {
  mut begin = 0
  for part in $parts {
    let size = $part.text | str length --utf-8-bytes
    if $at < $begin + $size {
      if not $part.exact { return $part.span }
      let start = $part.span.start + $at - $begin
      return {start: $start, end: ($start + $length)}
    }
    $begin += $size
  }
  ($parts | last).span
}

# The first error of a program, drawn on the user's own text.
def raise-first [errors: string, parts: list<any>] {
  let found = $errors | lines | where ($it starts-with "{") | each { from json } | where severity == "error"
  if ($found | is-empty) { error make --unspanned {msg: ($errors | str trim)} }
  let first = $found | first
  let labels = $first.labels? | default [] | each {|label|
    {text: $label.text, span: (source-span $parts $label.start ($label.end - $label.start))}
  }
  let error = {msg: $first.message, code: $first.code, labels: $labels}
  error make (if ($first.help? | default "" | is-empty) { $error } else { $error | insert help $first.help })
}

# Runs a clause or `trace`: its name, attach point, closure and flags are put together as they were written, and
# the tool does the rest. Errors in the program are raised before anything runs.
def run-program [
  head: record<text: string, span: any>
  body: record<text: string, span: any>
  flags: record
]: nothing -> any {
  let flag_texts = $flags | items {|name, value| flag-text $name $value } | str join
  let parts = [
    {text: $"($head.text) ", span: $head.span, exact: false}
    {text: $body.text, span: $body.span, exact: true}
    {text: $flag_texts, span: $body.span, exact: false}
  ]
  let program = $parts | get text | str join

  let schema = ^nubpf -e $program --dump schema --error-format json | complete
  if $schema.exit_code != 0 { raise-first $schema.stderr $parts }

  if $flags.emit-bt or $flags.dry-run {
    ^nubpf -e $program
  } else if ($schema.stdout | str starts-with "form nothing") {
    ^nubpf -e $program
  } else if ($schema.stdout =~ '^form (value|record)\n') {
    ^nubpf -e $program --format msgpack | from msgpack
  } else {
    ^nubpf -e $program --format msgpack | from msgpack --objects
  }
}

# What a command of the kernel side says where there is no kernel around it.
def inside-a-probe [name: string] {
  error make --unspanned {
    msg: $"`($name)` runs in the kernel, inside the closure of a probe"
    code: "nubpf::misplaced_command"
    help: $"write `tracepoint CATEGORY:NAME { … }` around it"
  }
}

# Several clauses that share their maps
@category tracing
@example "in a program" { trace { tracepoint syscalls:sys_enter_read { timer start }; tracepoint syscalls:sys_exit_read { timer stop | hist } } --for 5sec }
export def trace [
  closure: closure  # the clauses
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: "trace", span: (metadata $closure).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# Entry of a kernel function
@category tracing
@example "in a program" { kprobe vfs_read { count --by comm } }
export def kprobe [
  target: oneof<list<string>, string>  # FUNCTION, or a list
  closure: closure  # what runs for each event
  --offset: int  # bytes behind the function's begin
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"kprobe ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {offset: $offset, for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# Return of a kernel function
@category tracing
@example "in a program" { kretprobe vfs_read { hist retval } }
export def kretprobe [
  target: oneof<list<string>, string>  # FUNCTION, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"kretprobe ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# Entry of a kernel function, by BTF trampoline
@category tracing
@example "in a program" { fentry vfs_read { count } }
export def fentry [
  target: oneof<list<string>, string>  # FUNCTION, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"fentry ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# Return of a kernel function, by BTF trampoline
@category tracing
@example "in a program" { fexit vfs_read { hist retval } }
export def fexit [
  target: oneof<list<string>, string>  # FUNCTION, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"fexit ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# A place the kernel's authors chose, with named fields
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_openat { select pid comm filename } }
export def tracepoint [
  target: oneof<list<string>, string>  # CATEGORY:NAME, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"tracepoint ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# A tracepoint with its raw arguments
@category tracing
@example "in a program" { rawtracepoint sched_switch { count } }
export def rawtracepoint [
  target: oneof<list<string>, string>  # NAME, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"rawtracepoint ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# Entry of a function of a program or library
@category tracing
@example "in a program" { uprobe /bin/bash:readline { count } }
export def uprobe [
  target: oneof<list<string>, string>  # PATH:SYMBOL, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"uprobe ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# Return of a function of a program or library
@category tracing
@example "in a program" { uretprobe /bin/bash:readline {|e| {line: ($e.retval | into string)} } }
export def uretprobe [
  target: oneof<list<string>, string>  # PATH:SYMBOL, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"uretprobe ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# A static probe of a program or library
@category tracing
@example "in a program" { usdt /usr/sbin/mysqld:mysql:query__start { count } }
export def usdt [
  target: oneof<list<string>, string>  # PATH:PROVIDER:NAME, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"usdt ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# A timer on every processor
@category tracing
@example "in a program" { profile --hz 99 { count --by kstack } }
export def profile [
  closure: closure  # what runs for each event
  --hz: int  # times a second
  --every: duration  # the period
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: "profile", span: (metadata $closure).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {hz: $hz, every: $every, for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# A timer on one processor
@category tracing
@example "in a program" { interval 1sec { report } }
export def interval [
  target: oneof<list<duration>, duration>  # DURATION, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"interval ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# A software event of the kernel, every N-th
@category tracing
@example "in a program" { software page-faults { count --by comm } --count 100 }
export def software [
  target: oneof<list<string>, string>  # EVENT, or a list
  closure: closure  # what runs for each event
  --count: int  # every N-th event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"software ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {count: $count, for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# A hardware event of the processor, every N-th
@category tracing
@example "in a program" { hardware cache-misses { count --by comm } --count 10000 }
export def hardware [
  target: oneof<list<string>, string>  # EVENT, or a list
  closure: closure  # what runs for each event
  --count: int  # every N-th event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"hardware ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {count: $count, for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# Access to an address
@category tracing
@example "in a program" { watchpoint 0x10000000:8:rw { count } }
export def watchpoint [
  target: oneof<list<string>, string>  # ADDRESS:LENGTH:MODE, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"watchpoint ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# A walk over kernel objects
@category tracing
@example "in a program" { iter task { count } }
export def iter [
  target: oneof<list<string>, string>  # KIND, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"iter ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# Once, before the first event
@category tracing
@example "in a program" { begin { print "tracing" } }
export def begin [
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: "begin", span: (metadata $closure).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# Once, after the last event
@category tracing
@example "in a program" { end { report } }
export def end [
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: "end", span: (metadata $closure).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# Any attach point of bpftrace, verbatim
@category tracing
@example "in a program" { probe kprobe:vfs_read { count } }
export def probe [
  target: oneof<list<string>, string>  # ATTACH_POINT, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  let head = {text: $"probe ($target | to nuon)", span: (metadata $target).span}
  let body = {text: (view source $closure), span: (metadata $closure).span}
  run-program $head $body {for: $for, pid: $pid, command: $command, unsafe: $unsafe, string-length: $string_length, emit-bt: $emit_bt, dry-run: $dry_run}
}

# How many events; a value piped in is the key
@category tracing
@example "in a program" { tracepoint raw_syscalls:sys_enter { count --by [comm pid] } }
export def count [
  key?: any
  --by: any  # one result for each value of this key
  --as: string  # its name
] { inside-a-probe "count" }

# The sum of a value
@category tracing
@example "in a program" { tracepoint syscalls:sys_exit_read { where ret > 0 | sum ret --by comm } }
export def sum [
  value?: any
  --by: any  # one result for each value of this key
  --as: string  # its name
] { inside-a-probe "sum" }

# The mean of a value
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_read { avg count --by comm } }
export def avg [
  value?: any
  --by: any  # one result for each value of this key
  --as: string  # its name
] { inside-a-probe "avg" }

# The smallest value
@category tracing
@example "in a program" { tracepoint syscalls:sys_exit_read { min ret --by comm } }
export def min [
  value?: any
  --by: any  # one result for each value of this key
  --as: string  # its name
] { inside-a-probe "min" }

# The largest value
@category tracing
@example "in a program" { tracepoint syscalls:sys_exit_read { max ret --by comm } }
export def max [
  value?: any
  --by: any  # one result for each value of this key
  --as: string  # its name
] { inside-a-probe "max" }

# Count, average and total of a value
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_read { stats count --by comm } }
export def stats [
  value?: any
  --by: any  # one result for each value of this key
  --as: string  # its name
] { inside-a-probe "stats" }

# Histogram with a bucket for each power of two
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_read { hist count --by comm } }
export def hist [
  value?: any
  --by: any  # one histogram for each value of this key
  --as: string  # its name
] { inside-a-probe "hist" }

# Histogram with buckets of one width
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_read { lhist count --min 0 --max 4096 --step 512 } }
export def lhist [
  value?: any
  --min: oneof<int, duration, filesize>  # lower end of the first bucket
  --max: oneof<int, duration, filesize>  # upper end of the last bucket
  --step: oneof<int, duration, filesize>  # width of a bucket
  --by: any  # one histogram for each value of this key
  --as: string  # its name
] { inside-a-probe "lhist" }

# Send a row
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_kill {|e| emit {from: $e.pid, to: $e.args.pid, signal: $e.sig} } }
export def emit [
  record?: any
  --as: string  # what the `event` column says
] { inside-a-probe "emit" }

# Send the present content of an aggregation, or of all
@category tracing
@example "in a program" { trace { tracepoint sched:sched_process_fork { count --as forks }; interval 1sec { report forks --clear } } }
export def report [
  name?: string
  --top: int  # only the largest N
  --clear  # start again from nothing
] { inside-a-probe "report" }

# Keep a value under a key
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_openat {|e| map set path $e.tid $e.filename } }
export def "map set" [
  name: string
  key: any
  value?: any
] { inside-a-probe "map set" }

# The value under a key; 0 or an empty string where there is none
@category tracing
@example "in a program" { tracepoint syscalls:sys_exit_openat {|e| if (map has path $e.tid) { {path: (map get path $e.tid), fd: $e.ret} } } }
export def "map get" [
  name: string
  key?: any
] { inside-a-probe "map get" }

# Whether there is a value under a key
@category tracing
@example "in a program" { tracepoint syscalls:sys_exit_openat {|e| if (map has path $e.tid) { count } } }
export def "map has" [
  name: string
  key?: any
] { inside-a-probe "map has" }

# Forget the value under a key
@category tracing
@example "in a program" { tracepoint syscalls:sys_exit_openat {|e| map delete path $e.tid } }
export def "map delete" [
  name: string
  key?: any
] { inside-a-probe "map delete" }

# Forget all values of a map
@category tracing
@example "in a program" { interval 1sec { map clear seen } }
export def "map clear" [
  name: string
] { inside-a-probe "map clear" }

# Remember the time
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_read { timer start } }
export def "timer start" [
  --key: any  # what tells timers apart; the thread if not given
  --as: string  # its name
] { inside-a-probe "timer start" }

# The duration since the matching start, or nothing; forgets the start
@category tracing
@example "in a program" { tracepoint syscalls:sys_exit_read { timer stop | hist --by comm } }
export def "timer stop" [
  --key: any  # what tells timers apart; the thread if not given
  --as: string  # its name
] { inside-a-probe "timer stop" }

# Run a shell command, outside of the kernel
@category tracing
@example "in a program" { tracepoint sched:sched_process_exit { system "date" } --unsafe }
export def system [
  command: string
] { inside-a-probe "system" }

# Send a signal to the process
@category tracing
@example "in a program" { uprobe /bin/bash:readline { signal KILL } --unsafe }
export def signal [
  name: string
] { inside-a-probe "signal" }

# Let the traced function return this instead of running
@category tracing
@example "in a program" { kprobe should_failslab { override -12 } --unsafe }
export def override [
  number: int
] { inside-a-probe "override" }

# The kernel symbol at an address
@category tracing
@example "in a program" { kprobe vfs_read {|e| $e.arg0 | ksym | count } }
export def ksym [] { inside-a-probe "ksym" }

# The symbol at an address of the process
@category tracing
@example "in a program" { uprobe /bin/bash:readline {|e| {caller: ($e.arg0 | usym)} } }
export def usym [] { inside-a-probe "usym" }

# An IP address as text
@category tracing
@example "in a program" { tracepoint sock:inet_sock_set_state {|e| {to: ($e.daddr | ntop)} } }
export def ntop [] { inside-a-probe "ntop" }

# The text of an error number
@category tracing
@example "in a program" { tracepoint syscalls:sys_exit_openat {|e| if $e.ret < 0 { {error: (0 - $e.ret | strerror)} } } }
export def strerror [] { inside-a-probe "strerror" }
