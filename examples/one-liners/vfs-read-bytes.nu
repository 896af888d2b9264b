# How many bytes the kernel's own reads return, in buckets of 200 up to 2000.
overlay use nubpf

kretprobe vfs_read {|e| $e.retval | into filesize | lhist --max 2000b --step 200b }
