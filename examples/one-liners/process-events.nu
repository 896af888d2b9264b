# How often each event of the scheduler happens, in five seconds.
overlay use nubpf

tracepoint sched:sched* { count --by probe } --for 5sec
