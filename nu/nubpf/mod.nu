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
  pcomm: ""  # name of the parent's main thread; needs BTF
  cpu: 0  # number of the processor
  numaid: 0  # number of the NUMA node
  nsecs: 0  # time since boot, in nanoseconds; the difference of two is a duration
  elapsed: 0ns  # time since tracing began
  time: 1970-01-01  # wall-clock time
  cgroup: 0  # id of the cgroup (version 2)
  func: ""  # name of the traced function (function probes only)
  probe: ""  # full name of the probe
  task: ""  # the current thread, a `struct task_struct *`
  kstack: []  # kernel stack, innermost frame first
  ustack: []  # user stack, innermost frame first
  rand: 0  # a random number
  jiffies: 0  # the kernel's tick counter
  ncpus: 0  # how many processors there are
  usermode: false  # whether the event came from user mode
  probetype: ""  # the kind of the probe: tracepoint, kprobe, …
}

# Which tool this module belongs to; the tool refuses another one.
const module = "49611e8861b13f2d"

# An error of the tool, as Nushell's own. Nushell 0.108 knows one label only.
def raise [error: record<msg: string, code: string, labels: list<any>, help: any>] {
  let labels = $error.labels | default []
  let shown = {msg: $error.msg, code: $error.code, help: $error.help, labels: $labels}
  if ($labels | is-empty) { error make --unspanned ($shown | reject labels) }
  if (version).minor < 109 { error make ($shown | reject labels | insert label ($labels | first)) }
  error make $shown
}

# What stands in the user's text at a span; nothing where that is unknown.
def source-at [span: record<start: int, end: int>]: nothing -> string {
  try { view span $span.start $span.end } catch { "" }
}

# What the closure carries of the session, and the names at the places where it uses that.
def captures-of [closure: closure]: nothing -> record<captures: string, uses: list<any>> {
  let raw = $closure | debug --raw
  let uses = $raw
  | parse --regex 'Span(?:\[| \{\s*start: )(?<start>\d+)(?:\.\.|,\s*end: )(?<end>\d+)'
  | uniq
  | each {|at|
    let span = {start: ($at.start | into int), end: ($at.end | into int)}
    {span: $span, text: (source-at $span)}
  }
  | where ($it.text | str starts-with "$")
  {captures: $raw, uses: $uses}
}

# Asks the tool what a call means; raises its errors.
def ask [request: record]: nothing -> record {
  if (which nubpf | is-empty) {
    error make --unspanned {
      msg: "the program `nubpf` is not on the path"
      code: "nubpf::nushell_module"
      help: "add its folder: `$env.PATH = [FOLDER ...$env.PATH]`"
    }
  }
  let answer = $request | to json --raw | ^nubpf nu plan | complete
  if $answer.exit_code != 0 {
    error make --unspanned {
      msg: "the `nubpf` on the path does not belong to this module"
      code: "nubpf::nushell_module"
      help: "run `nubpf nu install`, then start Nushell anew"
    }
  }
  let plan = $answer.stdout | from nuon
  if $plan.error != null { raise $plan.error }
  $plan
}

# The rows of a run, as they come. An error that came while it ran is raised behind them.
def rows-of [plan: record]: nothing -> any {
  [rows end] | each --flatten {|part|
    if $part == "rows" {
      ^nubpf nu run $plan.source --errors $plan.errors --format msgpack | from msgpack --objects
    } else {
      raise-late $plan
      []
    }
  }
}

# The error of a run, if it left one.
def raise-late [plan: record] {
  if not ($plan.errors | path exists) { return }
  let error = open --raw $plan.errors | from nuon
  rm $plan.errors
  raise $error
}

# A row whose durations and file sizes are still numbers. It may lack them, or have nothing there.
def typed-row [row: record, shapes: list<any>]: nothing -> record {
  let event = $row.event? | default ""
  let shape = $shapes | where {|shape| $event =~ $shape.event }
  if ($shape | is-empty) { return $row }
  let with_durations = $shape.durations | flatten | reduce --fold $row {|name, row|
    let value = $row | get --optional $name
    if ($value | describe) == "int" { $row | update $name ($value | into duration) } else { $row }
  }
  $shape.filesizes | flatten | reduce --fold $with_durations {|name, row|
    let value = $row | get --optional $name
    if ($value | describe) == "int" { $row | update $name ($value | into filesize) } else { $row }
  }
}

# The rows of a run with their types. Each branch is one pipeline, so that the rows stream.
def typed-rows [plan: record]: nothing -> any {
  if ($plan.shapes | is-not-empty) {
    rows-of $plan | each {|row| typed-row $row $plan.shapes }
  } else {
    match [$plan.durations $plan.filesizes] {
      [[] []] => { rows-of $plan }
      [_ []] => { rows-of $plan | into duration ...$plan.durations }
      [[] _] => { rows-of $plan | into filesize ...$plan.filesizes }
      _ => { rows-of $plan | into duration ...$plan.durations | into filesize ...$plan.filesizes }
    }
  }
}

# Runs a clause or `trace` and gives its results their types. MessagePack has no durations and file sizes.
def run-program [
  command: string
  target: any  # record of nuon and span, or nothing
  closure: closure
  span: record<start: int, end: int>  # of the closure
  flags: table
]: nothing -> any {
  let given = $flags
  | where value not-in [null false]
  | each {|flag| {name: $flag.name, nuon: ($flag.value | to nuon), span: $flag.span} }
  let plan = ask {
    module: $module
    command: $command
    target: (if $target == null { null } else { $target | insert source (source-at $target.span) })
    closure: (captures-of $closure | merge {
      text: (view source $closure), source: (source-at $span), span: $span
    })
    flags: $given
  }
  match $plan.kind {
    "text" => $plan.text
    "nothing" => {
      ^nubpf nu run $plan.source --errors $plan.errors
      raise-late $plan
    }
    "value" => {
      let result = ^nubpf nu run $plan.source --errors $plan.errors --format nuon | collect
      raise-late $plan
      if ($result | is-empty) { null } else { $result | from nuon }
    }
    "scalars" => {
      match [$plan.durations $plan.filesizes] {
        [[] []] => { rows-of $plan }
        [_ []] => { rows-of $plan | each {|value| $value | into duration } }
        _ => { rows-of $plan | each {|value| $value | into filesize } }
      }
    }
    # known at the end only: drawn as one table
    "table" => { typed-rows $plan | collect }
    _ => { typed-rows $plan }
  }
}

# The answer of a subcommand, as a table.
def table-of [...words: string]: nothing -> table {
  let answer = ^nubpf ...$words --format nuon --error-format json | complete
  if $answer.exit_code != 0 and ($answer.stdout | is-empty) {
    let errors = $answer.stderr | lines | where ($it | str starts-with "{") | each { from json }
    if ($errors | is-empty) { error make --unspanned {msg: ($answer.stderr | str trim)} }
    raise ($errors | first | rename --column {message: msg} | select msg code help | insert labels [])
  }
  $answer.stdout | from nuon
}

# What can stand where the cursor is.
def "nu-complete nubpf" [context: string]: nothing -> record {
  {
    options: {sort: false, filter: false}
    completions: (^nubpf nu complete $context | complete | get stdout | from nuon)
  }
}

# What a command of the kernel side says where there is no kernel around it.
def inside-a-probe [name: string, instead: string] {
  error make --unspanned {
    msg: $"`($name)` runs in the kernel, inside the closure of a probe"
    code: "nubpf::misplaced_command"
    help: (if ($instead | is-empty) {
      $"write it in a probe: `help ($name)` has an example"
    } else {
      $"on rows in Nushell, write `($instead)`; in a probe, see `help ($name)`"
    })
  }
}

# The probes of this host
@category tracing
@example "those of opening files" { probes *:sys_enter_open* }
export def probes [
  pattern: string = ""  # a part of the name, or a wildcard over kind:target, target or a tracepoint's own name
]: nothing -> table<kind: string, target: string> {
  table-of list $pattern
}

# The fields of a probe's event, with their types
@category tracing
@example "of a tracepoint" { fields tracepoint syscalls:sys_enter_openat }
export def fields [
  ...probe: string@"nu-complete nubpf probe"  # KIND TARGET, KIND:TARGET, a tracepoint or a kernel function
]: nothing -> table<name: string, type: string, declaration: string, doc: string> {
  table-of fields ($probe | str join " ")
}

# The probe that `fields` takes.
def "nu-complete nubpf probe" [context: string]: nothing -> record {
  let words = $context | split row " " | last
  let clause = if ($words =~ "^[a-z]+:") { "probe" } else { "tracepoint" }
  nu-complete nubpf $"($clause) ($words)"
}

# The clauses, flags, commands, conversions and context fields of nubpf
@category tracing
@example "the aggregations" { builtins | where kind == command }
export def builtins []: nothing -> table { table-of builtins }

# What this host can trace, what it lacks, and what to do about it
@category tracing
export def doctor []: nothing -> table<check: string, state: string, found: string, advice: string> {
  table-of doctor
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
  run-program trace null $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# Entry of a kernel function
@category tracing
@example "in a program" { kprobe vfs_read { count --by comm } }
export def kprobe [
  target: oneof<list<string>, string>@"nu-complete nubpf"  # FUNCTION, or a list
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
  run-program kprobe {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [offset $offset (metadata $offset).span]
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# Return of a kernel function
@category tracing
@example "in a program" { kretprobe vfs_read { hist retval } }
export def kretprobe [
  target: oneof<list<string>, string>@"nu-complete nubpf"  # FUNCTION, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  run-program kretprobe {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# Entry of a kernel function, by BTF trampoline
@category tracing
@example "in a program" { fentry vfs_read { count } }
export def fentry [
  target: oneof<list<string>, string>@"nu-complete nubpf"  # FUNCTION, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  run-program fentry {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# Return of a kernel function, by BTF trampoline
@category tracing
@example "in a program" { fexit vfs_read { hist retval } }
export def fexit [
  target: oneof<list<string>, string>@"nu-complete nubpf"  # FUNCTION, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  run-program fexit {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# A place the kernel's authors chose, with named fields
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_openat { select pid comm filename } }
export def tracepoint [
  target: oneof<list<string>, string>@"nu-complete nubpf"  # CATEGORY:NAME, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  run-program tracepoint {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# A tracepoint with its raw arguments
@category tracing
@example "in a program" { rawtracepoint sched_switch { count } }
export def rawtracepoint [
  target: oneof<list<string>, string>@"nu-complete nubpf"  # NAME, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  run-program rawtracepoint {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# Entry of a function of a program or library
@category tracing
@example "in a program" { uprobe /bin/bash:readline { count } }
export def uprobe [
  target: oneof<list<string>, string>@"nu-complete nubpf"  # PATH:SYMBOL, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  run-program uprobe {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# Return of a function of a program or library
@category tracing
@example "in a program" { uretprobe /bin/bash:readline {|e| {line: ($e.retval | into string)} } }
export def uretprobe [
  target: oneof<list<string>, string>@"nu-complete nubpf"  # PATH:SYMBOL, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  run-program uretprobe {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# A static probe of a program or library
@category tracing
@example "in a program" { usdt /usr/sbin/mysqld:mysql:query__start { count } }
export def usdt [
  target: oneof<list<string>, string>@"nu-complete nubpf"  # PATH:PROVIDER:NAME, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  run-program usdt {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
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
  run-program profile null $closure (metadata $closure).span [
    [name value span];
    [hz $hz (metadata $hz).span]
    [every $every (metadata $every).span]
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# A timer on one processor
@category tracing
@example "in a program" { trace { tracepoint raw_syscalls:sys_enter { count }; interval 1sec { report count --clear } } }
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
  run-program interval {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# A software event of the kernel, every N-th
@category tracing
@example "in a program" { software page-faults { count --by comm } --count 100 }
export def software [
  target: oneof<list<string>, string>@"nu-complete nubpf"  # EVENT, or a list
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
  run-program software {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [count $count (metadata $count).span]
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# A hardware event of the processor, every N-th
@category tracing
@example "in a program" { hardware cache-misses { count --by comm } --count 10000 }
export def hardware [
  target: oneof<list<string>, string>@"nu-complete nubpf"  # EVENT, or a list
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
  run-program hardware {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [count $count (metadata $count).span]
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# Access to an address
@category tracing
@example "in a program" { watchpoint 0x10000000:8:rw { count } }
export def watchpoint [
  target: oneof<list<string>, string>@"nu-complete nubpf"  # ADDRESS:LENGTH:MODE, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  run-program watchpoint {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# A walk over kernel objects, in a program of its own
@category tracing
@example "in a program" { iter task { count } }
export def iter [
  target: oneof<list<string>, string>@"nu-complete nubpf"  # KIND, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  run-program iter {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
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
  run-program begin null $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# Once, after the last event
@category tracing
@example "in a program" { trace { tracepoint raw_syscalls:sys_enter { count }; end { report count } } }
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
  run-program end null $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# Any attach point of bpftrace, verbatim
@category tracing
@example "in a program" { probe kprobe:vfs_read { count } }
export def probe [
  target: oneof<list<string>, string>@"nu-complete nubpf"  # ATTACH_POINT, or a list
  closure: closure  # what runs for each event
  --for: duration  # stop after this duration
  --pid: int  # only events of this process
  --command: string  # run this command, trace it and its children, stop when it ends
  --unsafe  # allow actions that change the system
  --string-length: int  # bytes kept of a string
  --emit-bt  # give the bpftrace program instead of running it
  --dry-run  # compile and verify, attach nothing
]: nothing -> any {
  run-program probe {nuon: ($target | to nuon), span: (metadata $target).span} $closure (metadata $closure).span [
    [name value span];
    [for $for (metadata $for).span]
    [pid $pid (metadata $pid).span]
    [command $command (metadata $command).span]
    [unsafe $unsafe (metadata $unsafe).span]
    [string-length $string_length (metadata $string_length).span]
    [emit-bt $emit_bt (metadata $emit_bt).span]
    [dry-run $dry_run (metadata $dry_run).span]
  ]
}

# How many events; a value piped in is the key
@category tracing
@example "in a program" { tracepoint raw_syscalls:sys_enter { count --by [comm pid] } }
export def count [
  key?: any@"nu-complete nubpf"  # a column, an expression, a list of them, or a record; or piped in
  --by: any@"nu-complete nubpf"  # one result for each value of this key
  --as: string  # its name
] { inside-a-probe "count" "… | length" }

# The sum of a value
@category tracing
@example "in a program" { tracepoint syscalls:sys_exit_read { where ret > 0 | sum ret --by comm } }
export def sum [
  value?: any@"nu-complete nubpf"  # a column or an expression; or piped in
  --by: any@"nu-complete nubpf"  # one result for each value of this key
  --as: string  # its name
] { inside-a-probe "sum" "… | math sum" }

# The mean of a value
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_read { avg count --by comm } }
export def avg [
  value?: any@"nu-complete nubpf"  # a column or an expression; or piped in
  --by: any@"nu-complete nubpf"  # one result for each value of this key
  --as: string  # its name
] { inside-a-probe "avg" "… | math avg" }

# The smallest value
@category tracing
@example "in a program" { tracepoint syscalls:sys_exit_read { min ret --by comm } }
export def min [
  value?: any@"nu-complete nubpf"  # a column or an expression; or piped in
  --by: any@"nu-complete nubpf"  # one result for each value of this key
  --as: string  # its name
] { inside-a-probe "min" "… | math min" }

# The largest value
@category tracing
@example "in a program" { tracepoint syscalls:sys_exit_read { max ret --by comm } }
export def max [
  value?: any@"nu-complete nubpf"  # a column or an expression; or piped in
  --by: any@"nu-complete nubpf"  # one result for each value of this key
  --as: string  # its name
] { inside-a-probe "max" "… | math max" }

# Count, average and total of a value
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_read { stats count --by comm } }
export def stats [
  value?: any@"nu-complete nubpf"  # a column or an expression; or piped in
  --by: any@"nu-complete nubpf"  # one result for each value of this key
  --as: string  # its name
] { inside-a-probe "stats" "… | math avg" }

# Histogram with a bucket for each power of two
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_read { hist count --by comm } }
export def hist [
  value?: any@"nu-complete nubpf"  # a column or an expression; or piped in
  --by: any@"nu-complete nubpf"  # one histogram for each value of this key
  --as: string  # its name
] { inside-a-probe "hist" "… | histogram COLUMN" }

# Histogram with buckets of one width
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_read { lhist count --max 4096 --step 512 } }
export def lhist [
  value?: any@"nu-complete nubpf"  # a column or an expression; or piped in
  --min: oneof<int, duration, filesize>  # lower end of the first bucket; 0 if not given
  --max: oneof<int, duration, filesize>  # upper end of the last bucket
  --step: oneof<int, duration, filesize>  # width of a bucket
  --by: any@"nu-complete nubpf"  # one histogram for each value of this key
  --as: string  # its name
] { inside-a-probe "lhist" "… | histogram COLUMN" }

# A value over time, one row for each interval; without a value, how many events
@category tracing
@example "in a program" { tracepoint syscalls:sys_exit_read { where ret > 0 | tseries ret --every 100ms --agg max } }
export def tseries [
  value?: any@"nu-complete nubpf"  # a column or an expression; or piped in
  --every: duration  # the length of an interval; one second if not given
  --agg: string  # sum, avg, min or max of the value; sum if not given
  --by: any@"nu-complete nubpf"  # one series for each value of this key
  --as: string  # its name
] { inside-a-probe "tseries" "" }

# Send a row
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_kill {|e| emit {from: $e.pid, to: $e.args.pid, signal: $e.sig} } }
export def emit [
  record?: any  # the columns and their values; or piped in
  --as: string  # what the `event` column says
] { inside-a-probe "emit" "echo RECORD" }

# Send the present content of an aggregation, or of all
@category tracing
@example "in a program" { trace { tracepoint sched:sched_process_fork { count --as forks }; interval 1sec { report forks --clear } } }
export def report [
  name?: string  # of the map or aggregation, a word
  --top: int  # only the largest N
  --clear  # start again from nothing
] { inside-a-probe "report" "" }

# Keep a value under a key
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_openat {|e| map set path $e.tid $e.filename } }
export def "map set" [
  name: string  # of the map or aggregation, a word
  key: any  # an expression or a list of them; none: the map has one value
  value?: any  # what is kept
] { inside-a-probe "map set" "" }

# The value under a key; 0 or an empty string where there is none
@category tracing
@example "in a program" { trace { tracepoint syscalls:sys_enter_openat {|e| map set path $e.tid $e.filename }; tracepoint syscalls:sys_exit_openat {|e| if (map has path $e.tid) { {path: (map get path $e.tid), fd: $e.ret} } } } }
export def "map get" [
  name: string  # of the map or aggregation, a word
  key?: any  # an expression or a list of them; none: the map has one value
] { inside-a-probe "map get" "" }

# The value under a key, or nothing; forgets it
@category tracing
@example "in a program" { trace { tracepoint syscalls:sys_enter_openat {|e| map set path tid $e.filename }; tracepoint syscalls:sys_exit_openat {|e| map take path tid | emit {path: $in, fd: $e.ret} } } }
export def "map take" [
  name: string  # of the map or aggregation, a word
  key?: any  # an expression or a list of them; none: the map has one value
] { inside-a-probe "map take" "" }

# Whether there is a value under a key
@category tracing
@example "in a program" { trace { tracepoint syscalls:sys_enter_openat {|e| map set opens $e.tid 1 }; tracepoint syscalls:sys_exit_openat {|e| if (map has opens $e.tid) { count } } } }
export def "map has" [
  name: string  # of the map or aggregation, a word
  key?: any  # an expression or a list of them; none: the map has one value
] { inside-a-probe "map has" "" }

# Forget the value under a key
@category tracing
@example "in a program" { trace { tracepoint syscalls:sys_enter_openat {|e| map set opens $e.tid 1 }; tracepoint syscalls:sys_exit_openat {|e| if (map has opens $e.tid) { count; map delete opens $e.tid } } } }
export def "map delete" [
  name: string  # of the map or aggregation, a word
  key?: any  # an expression or a list of them; none: the map has one value
] { inside-a-probe "map delete" "" }

# Forget all values of a map
@category tracing
@example "in a program" { trace { tracepoint sched:sched_process_exec {|e| if not (map has seen $e.comm) { map set seen $e.comm 1; {new: $e.comm} } }; interval 1min { map clear seen } } }
export def "map clear" [
  name: string  # of the map or aggregation, a word
] { inside-a-probe "map clear" "" }

# How many keys a map holds
@category tracing
@example "in a program" { trace { tracepoint syscalls:sys_enter_openat {|e| map set open $e.tid 1 }; interval 1sec {|e| {open: (map len open)} } } }
export def "map len" [
  name: string  # of the map or aggregation, a word
] { inside-a-probe "map len" "" }

# Remember the time
@category tracing
@example "in a program" { trace { tracepoint syscalls:sys_enter_read { timer start }; tracepoint syscalls:sys_exit_read { timer stop | hist } } }
export def "timer start" [
  --key: any@"nu-complete nubpf"  # what tells timers apart; the thread if not given
  --as: string  # its name
] { inside-a-probe "timer start" "" }

# The duration since the matching start, or nothing; forgets the start
@category tracing
@example "in a program" { trace { tracepoint syscalls:sys_enter_read { timer start }; tracepoint syscalls:sys_exit_read { timer stop | hist --by comm } } }
export def "timer stop" [
  --key: any@"nu-complete nubpf"  # what tells timers apart; the thread if not given
  --as: string  # its name
] { inside-a-probe "timer stop" "" }

# Run a shell command, outside of the kernel
@category tracing
@example "in a program" { tracepoint sched:sched_process_exit { system "date" } --unsafe }
export def system [
  command: string  # for the shell
] { inside-a-probe "system" "^COMMAND" }

# Send a signal to the process
@category tracing
@example "in a program" { uprobe /bin/bash:readline { signal KILL } --unsafe }
export def signal [
  name: string  # a signal, such as KILL
] { inside-a-probe "signal" "kill PID" }

# Let the traced function return this instead of running
@category tracing
@example "in a program" { kprobe should_failslab { override -12 } --unsafe }
export def override [
  number: int  # what the function returns
] { inside-a-probe "override" "" }

# The kernel symbol at an address
@category tracing
@example "in a program" { kprobe vfs_read {|e| $e.arg0 | ksym | count } }
export def ksym [
  value?: any  # the value, where it is not piped in
] { inside-a-probe "ksym" "" }

# The symbol at an address of the process
@category tracing
@example "in a program" { uprobe /bin/bash:readline {|e| {caller: ($e.arg0 | usym)} } }
export def usym [
  value?: any  # the value, where it is not piped in
] { inside-a-probe "usym" "" }

# An IP address as text
@category tracing
@example "in a program" { tracepoint sock:inet_sock_set_state {|e| {to: ($e.daddr | ntop)} } }
export def ntop [
  value?: any  # the value, where it is not piped in
] { inside-a-probe "ntop" "" }

# The text of an error number
@category tracing
@example "in a program" { tracepoint syscalls:sys_exit_openat {|e| if $e.ret < 0 { {error: (0 - $e.ret | strerror)} } } }
export def strerror [
  value?: any  # the value, where it is not piped in
] { inside-a-probe "strerror" "" }

# The bytes at an address, as binary
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_write {|e| {fd: $e.fd, data: ($e.buf | buf $e.count)} } }
export def buf [
  length: any
] { inside-a-probe "buf" "" }

# A MAC address as text
@category tracing
@example "in a program" { kprobe eth_type_trans {|e| {from: ($e.arg0 | macaddr)} } }
export def macaddr [
  value?: any  # the value, where it is not piped in
] { inside-a-probe "macaddr" "" }

# The number with its bytes in the opposite order
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_write {|e| {swapped: ($e.count | bswap)} } }
export def bswap [
  value?: any  # the value, where it is not piped in
] { inside-a-probe "bswap" "" }

# The path of a cgroup, looked up when the row is shown
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_openat {|e| count --by {cgroup: ($e.cgroup | cgroup path)} } }
export def "cgroup path" [
  value?: any  # the value, where it is not piped in
] { inside-a-probe "cgroup path" "" }

# The id of the cgroup with this path
@category tracing
@example "in a program" { tracepoint syscalls:sys_enter_openat {|e| if $e.cgroup == (cgroup id "/sys/fs/cgroup/user.slice") { count } } }
export def "cgroup id" [
  path: any
] { inside-a-probe "cgroup id" "" }

# The address of a kernel symbol
@category tracing
@example "in a program" { interval 1sec { {at: (kaddr avenrun)} } }
export def kaddr [
  symbol: any
] { inside-a-probe "kaddr" "" }

# The address of a symbol of the traced program; uprobes and USDT only
@category tracing
@example "in a program" { uprobe /bin/bash:readline { {at: (uaddr readline)} } }
export def uaddr [
  symbol: any
] { inside-a-probe "uaddr" "" }

# A register of the processor; function probes only
@category tracing
@example "in a program" { kprobe vfs_read {|e| {stack: (reg sp)} } }
export def reg [
  register: any
] { inside-a-probe "reg" "" }
