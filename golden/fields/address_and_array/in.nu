tracepoint sock:inet_sock_set_state {|e| {socket: $e.skaddr, from: ($e.saddr | ntop), to: ($e.daddr | ntop), raw: $e.daddr} }
