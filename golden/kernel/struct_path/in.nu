kprobe tcp_connect {|e| {pid: $e.pid, comm: $e.comm, to: ($e.sk.__sk_common.skc_daddr | ntop), port: $e.sk.__sk_common.skc_dport} }
