# Who sends which signal to whom.
overlay use nubpf

tracepoint signal:signal_generate {|e|
  {time: $e.time, from: $e.pid, by: $e.comm, signal: $e.sig, to: $e.args.pid, name: $e.args.comm}
}
