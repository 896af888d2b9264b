# How long the calls of TLS and the cryptography below them take; those that fail apart.
overlay use nubpf

const tls = [libssl:SSL_read libssl:SSL_write libssl:SSL_do_handshake]
const crypto = [libcrypto:EVP_DigestSign libcrypto:EVP_DigestVerify libcrypto:EVP_PKEY_derive]

trace {
  uprobe $tls { timer start --as tls }
  uprobe $crypto { timer start --as crypto }
  uretprobe $tls {|e|
    let good = ($e.retval | cast int) > 0
    let took = timer stop --as tls
    $took | lhist --max 1ms --step 200us --by {call: $e.func, good: $good}
    $took | stats --by {call: $e.func, good: $good}
  }
  uretprobe $crypto {|e|
    let good = ($e.retval | cast int) > 0
    let took = timer stop --as crypto
    $took | lhist --max 1ms --step 200us --by {call: $e.func, good: $good}
    $took | stats --by {call: $e.func, good: $good}
  }
}
