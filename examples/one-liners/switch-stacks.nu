# Where threads leave the processor: the stacks that end in a context switch.
overlay use nubpf

tracepoint sched:sched_switch { count --by kstack }
