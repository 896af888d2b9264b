tracepoint syscalls:sys_exit_read {|e| {toward_zero: ($e.ret / 2), floor: ($e.ret // 2), rest: ($e.ret mod 2)} }
