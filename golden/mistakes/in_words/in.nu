tracepoint syscalls:sys_enter_openat { where comm in bash zsh | count }
