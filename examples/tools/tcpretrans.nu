# Every TCP segment that is sent once more: between which ends, and in which state of the connection.
overlay use nubpf

tracepoint tcp:tcp_retransmit_skb {|e|
  let ipv4 = $e.family == AF_INET
  emit {
    time: $e.time
    pid: $e.pid
    laddr: (if $ipv4 { $e.saddr | ntop } else { $e.saddr_v6 | ntop })
    raddr: (if $ipv4 { $e.daddr | ntop } else { $e.daddr_v6 | ntop })
    lport: $e.sport
    rport: $e.dport
    state: ($e.state | cast "enum { TCP_CLOSE }")
  }
}
