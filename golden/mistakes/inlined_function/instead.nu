kprobe tcp_sendmsg { count }
