# Every TCP connection that a program opens: from which address, to which.
overlay use nubpf

kprobe tcp_connect {|e|
  let sk = $e.sk.__sk_common
  let ipv4 = $sk.skc_family == AF_INET
  if $ipv4 or $sk.skc_family == AF_INET6 {
    emit {
      time: $e.time
      pid: $e.pid
      comm: $e.comm
      laddr: (if $ipv4 { $sk.skc_rcv_saddr | ntop } else { $sk.skc_v6_rcv_saddr.in6_u.u6_addr8 | ntop })
      lport: $sk.skc_num
      raddr: (if $ipv4 { $sk.skc_daddr | ntop } else { $sk.skc_v6_daddr.in6_u.u6_addr8 | ntop })
      rport: ($sk.skc_dport | bswap)
    }
  }
}
