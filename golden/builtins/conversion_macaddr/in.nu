kprobe eth_type_trans {|e| {from: ($e.arg0 | macaddr)} }
