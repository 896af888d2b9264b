# Every packet that is read from a UNIX stream socket: who reads it, its size, and its bytes.
overlay use nubpf

kprobe unix_stream_read_actor {|e|
  {time: $e.time, comm: $e.comm, pid: $e.pid, size: ($e.skb.len | into filesize), data: ($e.skb.data | buf $e.skb.len)}
}
