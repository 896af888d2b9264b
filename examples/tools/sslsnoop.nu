# Every call of TLS and of the cryptography below it: who makes it, what it returns, how long it takes.
overlay use nubpf

const tls = [libssl:SSL_read libssl:SSL_write libssl:SSL_do_handshake]
const crypto = [libcrypto:EVP_DigestSign libcrypto:EVP_DigestVerify libcrypto:EVP_PKEY_derive]

trace {
  uprobe $tls { timer start --as tls }
  uprobe $crypto { timer start --as crypto }
  uretprobe $tls {|e|
    timer stop --as tls
    | emit {time: $e.time, tid: $e.tid, comm: $e.comm, call: $e.func, ret: ($e.retval | cast int), took: $in}
  }
  uretprobe $crypto {|e|
    timer stop --as crypto
    | emit {time: $e.time, tid: $e.tid, comm: $e.comm, call: $e.func, ret: ($e.retval | cast int), took: $in}
  }
}
