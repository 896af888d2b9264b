tracepoint syscalls:sys_enter_read { tseries --agg max }
tracepoint syscalls:sys_enter_read { tseries count --agg median }
tracepoint syscalls:sys_enter_read { tseries count --every 5 }
