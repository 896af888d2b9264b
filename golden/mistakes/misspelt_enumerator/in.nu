tracepoint sock:inet_sock_set_state {|e| if $e.newstate == TCP_CLOSED { count } }
