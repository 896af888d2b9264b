kprobe tcp_sendmsg {|e| {v6: ($e.sk.__sk_common.skc_v6_daddr.in6_u.u6_addr8 | ntop), words: $e.sk.__sk_common.skc_v6_daddr.in6_u.u6_addr32} }
