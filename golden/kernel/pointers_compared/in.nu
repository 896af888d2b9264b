kprobe tcp_rcv_established {|e| if $e.sk.sk_send_head != 0 and ($e.skb.len - $e.skb.data_len) > 0 { count --by [sk skb.len] } }
