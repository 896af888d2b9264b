kprobe tcp_connect {|e| count --by ($e.sk.__sk_common.skc_daddr | ntop) }
