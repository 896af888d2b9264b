# Where the kernel spends its time: stacks, sampled 99 times a second.
overlay use nubpf

profile --hz 99 { count --by kstack }
