# The life of every TCP connection: whose it is, its ends, the bytes both ways, and how long it lasts.
overlay use nubpf

tracepoint sock:inet_sock_set_state {|e|
  if $e.newstate in [TCP_SYN_SENT TCP_SYN_RECV] { timer start --key $e.skaddr }
  if $e.newstate in [TCP_SYN_SENT TCP_LAST_ACK] { map set owner $e.skaddr {pid: $e.pid, comm: $e.comm} }
  if $e.newstate == TCP_CLOSE {
    let tcp = $e.skaddr | cast "struct tcp_sock *"
    let ipv4 = $e.family == AF_INET
    let owner = map take owner $e.skaddr | default {pid: $e.pid, comm: $e.comm}
    timer stop --key $e.skaddr | emit {
      pid: $owner.pid
      comm: $owner.comm
      laddr: (if $ipv4 { $e.saddr | ntop } else { $e.saddr_v6 | ntop })
      lport: $e.sport
      raddr: (if $ipv4 { $e.daddr | ntop } else { $e.daddr_v6 | ntop })
      rport: $e.dport
      sent: ($tcp.bytes_acked | into filesize)
      received: ($tcp.bytes_received | into filesize)
      lasted: $in
    }
  }
}
