# bpftrace knows the names of enumerators, too.
trace {
  kprobe tcp_connect {|e| if $e.sk.__sk_common.skc_family == AF_INET6 and $e.sk.__sk_common.skc_state == TCP_CLOSE { count } }
  tracepoint sock:inet_sock_set_state {|e|
    match $e.newstate { TCP_SYN_SENT | TCP_SYN_RECV => { count --as opens }, _ => { count --as others } }
  }
}
