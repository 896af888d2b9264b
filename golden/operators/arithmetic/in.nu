tracepoint syscalls:sys_enter_read {|e| {a: ($e.count + 1), b: ($e.count - 1), c: ($e.count * 3), d: ($e.count / 4), e: ($e.count // 4), f: ($e.count mod 5)} }
