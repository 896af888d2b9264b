tracepoint syscalls:sys_exit_read {|e|
  {a: ($e.ret / ($e.ret - 5)), b: ($e.ret // ($e.ret - 5)), c: ($e.ret mod ($e.ret - 5))}
}
