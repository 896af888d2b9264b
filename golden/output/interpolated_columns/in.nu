tracepoint syscalls:sys_enter_openat {|e|
  let who = $"($e.comm)[($e.pid)]"
  emit {who: $who, what: $"opens ($e.filename) with ($e.flags)", size: $"(($e.mode | into filesize))"}
}
