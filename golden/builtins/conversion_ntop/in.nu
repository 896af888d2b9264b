tracepoint sock:inet_sock_set_state {|e| {to: ($e.daddr | ntop)} }
