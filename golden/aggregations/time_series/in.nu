tracepoint syscalls:sys_exit_read { where ret > 0 | tseries ret --every 100ms --agg max --by comm --as largest }
tracepoint syscalls:sys_enter_read {|e| tseries --by $e.pid; $e.count | into filesize | tseries --agg avg --every 1min --as sizes }
tracepoint syscalls:sys_enter_write { tseries count --as written }
