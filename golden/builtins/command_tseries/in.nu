tracepoint syscalls:sys_exit_read { where ret > 0 | tseries ret --every 100ms --agg max }
