trace {
  kprobe tcp_v4_connect {|e| map set sk $e.tid $e.sk }
  kretprobe tcp_v4_connect {|e|
    if (map has sk $e.tid) {
      let sk = (map get sk $e.tid)
      emit {comm: $e.comm, ret: $e.retval, to: ($sk.__sk_common.skc_daddr | ntop), sk: $sk}
      map delete sk $e.tid
    }
  }
}
