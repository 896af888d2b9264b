tracepoint syscalls:sys_enter_openat {|e| if ($e.flags bit-and 0o1101) != 0 { {w: ($e.flags bit-or 1), x: ($e.flags bit-xor 2), l: ($e.flags bit-shl 3), r: ($e.flags bit-shr 4)} } }
