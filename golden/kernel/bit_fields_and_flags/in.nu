kprobe tcp_rcv_established {|e| {reuse: $e.sk.__sk_common.skc_reuse, shut: $e.sk.sk_shutdown, pfmemalloc: $e.skb.pfmemalloc, state: $e.sk.__sk_common.skc_state} }
