tracepoint syscalls:sys_enter_write {|e| {swapped: ($e.count | bswap)} }
