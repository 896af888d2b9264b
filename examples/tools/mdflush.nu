# Every flush of a software RAID device: who asked for it, and of which device.
overlay use nubpf

kprobe md_flush_request {|e| select time pid comm | insert device $e.bio.bi_bdev.bd_disk.disk_name }
