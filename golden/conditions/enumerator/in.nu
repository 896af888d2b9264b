tracepoint sched:sched_switch {|e| if $e.prev_state == TASK_RUNNING { count --by prev_comm } }
