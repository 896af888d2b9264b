# The place is known with the event: a chain of branches for strings, one of choices for numbers. `.1` and a known place need neither.
const levels = [0 10 20]

tracepoint syscalls:sys_enter_kill {|e|
  let names = [none hangup interrupt]
  emit {
    signal: ($names | get $e.sig), level: ($levels | get ($e.sig + 1)), second: $names.1
    third: ($names | get 2), of_event: ([$e.pid $e.args.pid] | get $e.sig)
  }
}
