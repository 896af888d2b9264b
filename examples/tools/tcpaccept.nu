# Every TCP connection that a program accepts: from where, at which address, and how full its backlog is.
overlay use nubpf

kretprobe inet_csk_accept {|e|
  let sk = $e.retval
  let ipv4 = $sk.__sk_common.skc_family == AF_INET
  if $ipv4 or $sk.__sk_common.skc_family == AF_INET6 {
    emit {
      time: $e.time
      pid: $e.pid
      comm: $e.comm
      raddr: (if $ipv4 { $sk.__sk_common.skc_daddr | ntop } else { $sk.__sk_common.skc_v6_daddr.in6_u.u6_addr8 | ntop })
      rport: ($sk.__sk_common.skc_dport | bswap)
      laddr: (if $ipv4 { $sk.__sk_common.skc_rcv_saddr | ntop } else { $sk.__sk_common.skc_v6_rcv_saddr.in6_u.u6_addr8 | ntop })
      lport: $sk.__sk_common.skc_num
      backlog: $sk.sk_ack_backlog
      limit: $sk.sk_max_ack_backlog
    }
  }
}
