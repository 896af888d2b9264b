# Every TCP packet that the kernel drops: between which ends, why, in which state, and the way there.
overlay use nubpf

tracepoint skb:kfree_skb {|e|
  let sock = $e.skbaddr | cast "struct sk_buff *" | get sk
  let sk = $sock.__sk_common
  let ipv4 = $sk.skc_family == AF_INET
  if $e.reason > SKB_DROP_REASON_NOT_SPECIFIED and ($ipv4 or $sk.skc_family == AF_INET6) {
    emit {
      time: $e.time
      pid: $e.pid
      comm: $e.comm
      laddr: (if $ipv4 { $sk.skc_rcv_saddr | ntop } else { $sk.skc_v6_rcv_saddr.in6_u.u6_addr8 | ntop })
      lport: $sk.skc_num
      raddr: (if $ipv4 { $sk.skc_daddr | ntop } else { $sk.skc_v6_daddr.in6_u.u6_addr8 | ntop })
      rport: ($sk.skc_dport | bswap)
      state: ($sk.skc_state | cast "enum { TCP_CLOSE }")
      reason: $e.reason
      kstack: $e.kstack
    }
  }
}
