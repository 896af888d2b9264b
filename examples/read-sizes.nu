# How much each read returns: buckets of 512 bytes, up to 4 KiB, as file sizes.
overlay use nubpf

tracepoint syscalls:sys_exit_read {|e|
  if $e.ret > 0 {
    $e.ret | into filesize | lhist --max 4KiB --step 512b
  }
}
