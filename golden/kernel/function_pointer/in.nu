kprobe tcp_rcv_established {|e| $e.sk.sk_data_ready | ksym | count }
