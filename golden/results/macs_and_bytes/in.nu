kprobe eth_type_trans {|e| {mac: ($e.arg0 | macaddr), bytes: ($e.arg1 | buf 4), error: ($e.arg2 | strerror)} }
