# Every process that is killed because memory ran out, and the process that needed the memory.
overlay use nubpf

kprobe oom_kill_process {|e|
  {
    time: $e.time, pid: $e.pid, comm: $e.comm
    killed_pid: $e.oc.chosen.tgid, killed_comm: $e.oc.chosen.comm, pages: $e.oc.totalpages
  }
}
