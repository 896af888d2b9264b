tracepoint sched:sched_switch {|e| if $e.prev_state == TASK_RUNING { count } }
