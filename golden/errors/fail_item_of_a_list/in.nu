tracepoint syscalls:sys_enter_kill {|e|
  let names = [set current end]
  emit {beyond: ($names | get 3)}
  emit {below: $names.7}
  emit {text: ($names | get $e.comm)}
  emit {mixed: ([1 two] | get $e.sig)}
  emit {stacks: ([$e.kstack $e.ustack] | get $e.sig)}
  emit {none: ([] | get $e.sig)}
}
