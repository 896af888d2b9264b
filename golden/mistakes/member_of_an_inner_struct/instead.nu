kprobe tcp_sendmsg {|e| count --by $e.sk.__sk_common.skc_dport }
