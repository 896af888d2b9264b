# How many connections wait to be accepted when one more arrives, for each limit of a backlog.
overlay use nubpf

kprobe [tcp_v4_syn_recv_sock tcp_v6_syn_recv_sock] {|e|
  $e.sk.sk_ack_backlog | hist --by {limit: $e.sk.sk_max_ack_backlog}
  if $e.sk.sk_ack_backlog > $e.sk.sk_max_ack_backlog { print "dropping a SYN" }
}
