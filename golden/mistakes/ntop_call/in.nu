kprobe tcp_connect {|e| count --by ntop($e.sk.__sk_common.skc_daddr) }
