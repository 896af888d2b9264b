# Every flush of a software RAID device.
overlay use nubpf

kprobe md_flush_request {|e|
  {time: $e.time, pid: $e.pid, comm: $e.comm, device: $e.bio.bi_bdev.bd_disk.disk_name}
}
