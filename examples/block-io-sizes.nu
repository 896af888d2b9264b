# How large the requests to each block device are, and the largest of each.
overlay use nubpf

tracepoint block:block_rq_issue {|e|
  let major = $e.dev bit-shr 20
  let minor = $e.dev bit-and 0xfffff
  $e.bytes | into filesize | hist --by {major: $major, minor: $minor}
}
