tracepoint timer:hrtimer_start {|e| if $e.mode != HRTIMER_MODE_SOFT { count --by [mode comm] } }
