tracepoint syscalls:sys_exit_read { open config.toml }
