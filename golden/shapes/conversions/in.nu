tracepoint syscalls:sys_enter_write {|e| {data: ($e.buf | buf $e.count), start: ($e.buf | buf 16), fd: (bswap $e.fd)} }
kprobe eth_type_trans {|e| {from: ($e.arg0 | macaddr)} }
