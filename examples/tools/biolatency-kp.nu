# How long block I/O takes, measured in the kernel's own functions.
overlay use nubpf

trace {
  kprobe submit_bio { timer start --key bio }
  kprobe bio_endio { timer stop --key bio | hist }
}
