let noisy = ["bash" "sshd"]
tracepoint syscalls:sys_enter_read { where comm not-in $noisy | count --by comm }
