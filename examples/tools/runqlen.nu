# How many threads wait for a processor, besides the one that runs: samples of each run queue, 99 a second.
overlay use nubpf

profile --hz 99 {|e|
  let threads = $e.task.se.cfs_rq.rq.nr_running
  (if $threads > 0 { $threads - 1 } else { 0 }) | lhist --max 100 --step 1
}
