tracepoint syscalls:sys_enter_read {|e| if $e.fd in [0x10 0o17 0b101 1_000] { count } }
