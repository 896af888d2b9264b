# What each program writes: bytes as file sizes, number and mean of the writes.
overlay use nubpf

tracepoint syscalls:sys_exit_write {|e|
  if $e.ret > 0 {
    let bytes = $e.ret | into filesize
    $bytes | sum --by comm --as total
    $bytes | avg --by comm --as mean
  }
}
