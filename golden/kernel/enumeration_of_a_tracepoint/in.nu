tracepoint sock:inet_sock_set_state {|e| if $e.newstate == TCP_CLOSE and $e.oldstate in [TCP_ESTABLISHED TCP_SYN_SENT] { count --by [oldstate newstate] } }
