kprobe tcp_sendmsg {|e| count --by $e.sk.skc_dport }
